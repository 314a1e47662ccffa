"""What pages tell the serving processes at once; none ever carries a frame.

News may get lost: every process agrees with the database every few seconds anyway.
"""

import logging
from typing import Any, Final, Literal

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from sessions.models import ClassSession, Participant

logger = logging.getLogger(__name__)

EVERYBODY: Final = "runtimes"
"""The group of all serving processes."""

Farewell = Literal["left", "deleted", "removed", "moved"]
"""Why a participant's socket closes: moved means that another device goes on as them."""


def session_group(session_id: int) -> str:
    """The processes where somebody takes part in the session or watches it."""
    return f"session.{session_id}"


def session_changed(session: ClassSession) -> None:
    """The session started, ended or was deleted, or its settings changed."""
    _tell(session_group(session.pk), {"type": "session.changed", "session_id": session.pk})


def participant_gone(participant: Participant, reason: Farewell) -> None:
    """A participant left, deleted its data, was removed, or goes on on another device."""
    message = {
        "type": "participant.gone",
        "session_id": participant.session_id,
        "participant_id": participant.pk,
        "reason": reason,
    }
    _tell(session_group(participant.session_id), message)


def authority_changed(user_id: int) -> None:
    """A teacher signed out, has a new password, or may no longer sign in."""
    _tell(EVERYBODY, {"type": "authority.changed", "user_id": user_id})


def _tell(group: str, message: dict[str, Any]) -> None:
    """Send after the running transaction, when others can read what it wrote."""
    transaction.on_commit(lambda: _send(group, message))


def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    assert layer is not None, "settings.CHANNEL_LAYERS always names one"
    try:
        async_to_sync(layer.group_send)(group, message)
    except Exception:
        # What happened is stored; a page must not fail because Redis is away.
        logger.exception("%s could not be told: %s", group, message["type"])
