"""Messages between the processes and sockets of a session; none ever carries a frame."""

import logging
from datetime import datetime
from typing import Any

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from sessions.models import ClassSession, Participant

logger = logging.getLogger(__name__)


def class_group(code: str) -> str:
    """The sockets of a session's students."""
    return f"class.{code}"


def participant_group(participant_id: int) -> str:
    """The sockets of one participant: one, or for a moment its older and its newer one."""
    return f"participant.{participant_id}"


def dashboard_group(session_id: int) -> str:
    """The dashboards of a session."""
    return f"dashboard.{session_id}"


def session_changed(session: ClassSession) -> None:
    """Tell everybody that a session started or ended."""
    message = {
        "type": "class.changed",
        "state": str(session.state),
        "started_at": session.started_at.isoformat() if session.started_at else None,
    }
    _send(class_group(session.code), message)
    _send(dashboard_group(session.pk), message)


def participant_gone(participant: Participant, *, deleted: bool = False) -> None:
    """Tell a participant's sockets, and the dashboards, that it left or deleted its data.

    Call it after the database knows.
    """
    message = {
        "type": "participant.gone",
        "participant_id": participant.pk,
        "deleted": deleted,
    }
    _send(participant_group(participant.pk), message)
    _send(dashboard_group(participant.session_id), message)


def moment(text: str | None) -> datetime | None:
    """A moment out of a message."""
    return None if text is None else datetime.fromisoformat(text)


def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    assert layer is not None, "settings.CHANNEL_LAYERS always names one"
    try:
        async_to_sync(layer.group_send)(group, message)
    except Exception:
        # What happened is stored; a page must not fail because Redis is away.
        logger.exception("%s could not be told: %s", group, message["type"])
