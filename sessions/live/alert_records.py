"""Alerts as they are stored, and the rules of their course. Blocking."""

from __future__ import annotations

from collections.abc import Collection

from django.db import IntegrityError, transaction

from sessions.live.alerts import Change, Rules
from sessions.live.dashboard_messages import AlertView
from sessions.models import Alert, ClassSession, Course, Participant


def rules_of(course: Course) -> Rules:
    """The thresholds that a teacher has set."""
    minutes = course.alert_away_min
    return Rules(
        share=course.alert_share,
        after_s=float(course.alert_after_s),
        coverage=course.alert_coverage,
        away_s=None if minutes is None else minutes * 60.0,
        confused=course.alert_confused,
    )


def read_alerts(session_ids: Collection[int]) -> dict[int, tuple[AlertView, ...]]:
    """Those of each session that are not over, in one query."""
    found: dict[int, list[AlertView]] = {}
    for one in Alert.objects.raised_in(session_ids):
        is_seen = one.acknowledged_second is not None
        view = AlertView(one.pk, one.kind, one.participant_id, one.second, one.value, is_seen)
        found.setdefault(one.session_id, []).append(view)
    return {key: tuple(views) for key, views in found.items()}


def store_change(session_id: int, second: int, change: Change) -> None:
    """Store what is raised or over; what another process has stored already stays as it is."""
    kind, participant_id = change.key
    if participant_id is not None:
        people = Participant.objects.of_sessions([session_id])
        if not people.filter(pk=participant_id).exists():
            return  # deleted meanwhile
    if not change.is_raised:
        raised = Alert.objects.raised_in([session_id])
        raised.filter(kind=kind, participant=participant_id).update(ended_second=second)
        return
    try:
        with transaction.atomic():
            # Locked, so that nothing is stored of a session that has just ended.
            live = ClassSession.objects.select_for_update().live().filter(pk=session_id)
            if live.exists():
                Alert.objects.create(
                    session_id=session_id,
                    kind=kind,
                    participant_id=participant_id,
                    second=second,
                    value=change.value,
                )
    except IntegrityError:
        # Raised already by another process.
        return
