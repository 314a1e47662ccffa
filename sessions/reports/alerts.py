"""What the live page of a session pointed out, in one query."""

from __future__ import annotations

from dataclasses import dataclass

from sessions.models import ClassSession
from sessions.reports.window import Window


@dataclass(frozen=True, slots=True)
class AlertRow:
    """What the live page pointed out. name: of the student whom it is about, empty for the class.

    value: a share, or a number of students or seconds. Seconds that are None are not known: it is
    not over, or the teacher has not marked it as seen.
    """

    kind: str
    label: str
    name: str
    second: int
    value: float
    ended_second: int | None
    acknowledged_second: int | None


def alerts_of(session: ClassSession, window: Window) -> tuple[AlertRow, ...]:
    """Those raised in a stretch of one session, in order."""
    return tuple(
        AlertRow(
            one.kind,
            one.get_kind_display(),
            one.participant.display_name if one.participant else "",
            one.second,
            one.value,
            one.ended_second,
            one.acknowledged_second,
        )
        for one in session.alerts.select_related("participant")
        if window.holds(one.second)
    )
