"""What may happen to a session and a course; pages, sockets and commands call these."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sessions import news
from sessions.clock import Start
from sessions.codes import hash_token, new_token
from sessions.errors import NotAllowed
from sessions.models import ClassSession, Connection, CoTeacher, Course, Signal
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
    """A planned session of the same course and settings, with a code of its own.

    One that had a time gets the same of a week to come.
    """
    settings = {name: getattr(session, name) for name in SETTINGS}
    if session.scheduled_at:
        settings["scheduled_at"] = _week_after(session.scheduled_at)
    return ClassSession.objects.create(course=session.course, **settings)


def _week_after(at: datetime) -> datetime:
    """The same weekday and time, the first that is to come."""
    weeks = max(1, math.ceil((timezone.now() - at) / timedelta(weeks=1)))
    return at + timedelta(weeks=weeks)


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


INVITATION: Final = timedelta(days=14)


def invite(course: Course) -> str:
    """Open the course to one colleague; returns the token of the link. It ends an earlier one."""
    token = new_token()
    course.invitation_hash = hash_token(token)
    course.invited_until = timezone.now() + INVITATION
    course.save(update_fields=["invitation_hash", "invited_until"])
    return token


def withdraw_invitation(course: Course) -> None:
    course.invitation_hash, course.invited_until = "", None
    course.save(update_fields=["invitation_hash", "invited_until"])


def accept_invitation(user: User, token: str) -> Course:
    """Let the user teach the course, too; the link is used up.

    Raises NotAllowed for a link that is unknown, used or too old, and for the course's owner.
    """
    with transaction.atomic():
        courses = Course.objects.select_for_update()
        course = courses.invited_by(hash_token(token), timezone.now())
        if course is None:
            raise NotAllowed("This invitation was used, withdrawn or is too old. Ask for another.")
        if course.owner_id == user.pk:
            raise NotAllowed("This is your own course. The link is for a colleague.")
        CoTeacher.objects.get_or_create(course=course, user=user)
        withdraw_invitation(course)
    return course


def part_with(course: Course, user: User) -> None:
    """End that the user teaches the course, too; open pages of it close."""
    course.co_teachers.filter(user=user).delete()
    news.authority_changed(user.pk)


def hand_over(course: Course, user: User) -> None:
    """Make a co-teacher the owner, and the owner a co-teacher.

    Raises NotAllowed for anybody else, and where they own a course of this name.
    """
    with transaction.atomic():
        if not course.co_teachers.filter(user=user).exists():
            raise NotAllowed("Only who teaches the course already can own it.")
        if Course.objects.owned_by(user).filter(name=course.name).exists():
            raise NotAllowed(f"{user} has a course “{course.name}” already. Rename one first.")
        course.co_teachers.filter(user=user).update(user=course.owner)
        course.owner = user
        course.save(update_fields=["owner"])
