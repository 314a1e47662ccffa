"""What may happen to a session and a course; pages, sockets and commands call these."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sessions import news
from sessions.clock import Start
from sessions.errors import NotAllowed
from sessions.models import ClassSession, Connection, Course, Signal
from sessions.site.erasure import delete_sessions, erase_traces


def _locked(session: ClassSession) -> ClassSession:
    """The session as it is now, held until the end of the transaction."""
    return ClassSession.objects.select_for_update().get(pk=session.pk)


def start_session(session: ClassSession) -> ClassSession:
    """Open the session. Raises NotAllowed for one that has ended or is archived."""
    with transaction.atomic():
        session = _locked(session)
        if session.is_live:
            return session
        if not session.is_joinable:
            raise NotAllowed("This session has ended. Create a new one for the next lesson.")
        start = Start.now()
        session.state = ClassSession.State.LIVE
        session.started_at = start.at
        session.clock_id = start.clock_id
        session.clock_at = start.clock_at
        session.save(update_fields=["state", "started_at", "clock_id", "clock_at"])
        # Who waits already is there from the start on, even if the clock was set back meanwhile.
        waiting = Connection.objects.filter(participant__session=session, opened_at__gt=start.at)
        waiting.update(opened_at=start.at, last_seen_at=start.at)
        news.session_changed(session)
    return session


SETTINGS: Final = (
    "title", "planned_minutes", "interval_s", "show_engagement", "show_roster", "random_check_ins",
)  # fmt: skip
"""Of a session, that the same lesson with another class has, too."""


def duplicate_session(session: ClassSession) -> ClassSession:
    """A planned session of the same course and settings, with a code of its own."""
    settings = {name: getattr(session, name) for name in SETTINGS}
    return ClassSession.objects.create(course=session.course, **settings)


def end_session(session: ClassSession) -> ClassSession:
    """Close the session for everybody. Raises NotAllowed for one that has not started."""
    with transaction.atomic():
        session = _locked(session)
        if session.state == ClassSession.State.ENDED:
            return session
        if not session.is_live:
            raise NotAllowed("This session has not started yet, so it cannot be ended.")
        session.ended_at = session.now()
        session.state = ClassSession.State.ENDED
        session.save(update_fields=["state", "ended_at"])
        _end_voice(session)
        news.session_changed(session)
    return session


def _end_voice(session: ClassSession) -> None:
    """No question waits for answers any longer, no hand is up, and no alert stands."""
    second = int(session.elapsed.total_seconds())
    session.check_ins.filter(closed_second=None).update(closed_second=second)
    session.alerts.filter(ended_second=None).update(ended_second=second)
    session.signals.filter(kind=Signal.Kind.HAND, ended_second=None).update(ended_second=second)


def archive_session(session: ClassSession) -> None:
    """Take it out of the lists. Raises NotAllowed while it is live."""
    with transaction.atomic():
        session = _locked(session)
        if session.is_live:
            raise NotAllowed("This session is live. End it before you archive it.")
        session.archived_at = session.archived_at or timezone.now()
        session.save(update_fields=["archived_at"])


def restore_session(session: ClassSession) -> None:
    """Bring it back into the lists."""
    with transaction.atomic():
        session = _locked(session)
        session.archived_at = None
        session.save(update_fields=["archived_at"])


def delete_session(session: ClassSession) -> None:
    """Delete the session with all that was recorded; a live one ends for everybody."""
    delete_sessions([session.pk])
    news.session_changed(session)
    erase_traces()


def delete_course(course: Course) -> None:
    """Delete the course with its list, its sessions and all that was recorded."""
    _delete_courses([course])
    erase_traces()


def delete_account(user: User) -> None:
    """Delete a teacher with everything that belongs to them."""
    _delete_courses(list(user.courses.all()))
    user.delete()
    erase_traces()


def _delete_courses(courses: list[Course]) -> None:
    for course in courses:
        sessions = list(course.sessions.all())
        delete_sessions([session.pk for session in sessions])
        for session in sessions:
            news.session_changed(session)
        course.delete()


def course_named(owner: User, name: str) -> Course:
    """The teacher's course of this name, made where it is missing."""
    return Course.objects.get_or_create(owner=owner, name=name)[0]
