"""What may happen to a session and its participants; pages, sockets and commands call these."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sessions.clock import Start
from sessions.joining.codes import hash_token, new_token
from sessions.live import news as broadcast
from sessions.models import ClassSession, Course, Participant, Student

FORGOTTEN_AFTER: Final = timedelta(hours=12)
"""Longer than any lesson: a session still live and empty by then was left open."""

MOST_PARTICIPANTS: Final = 1000
"""Of one session, far above any class: a program that has the link must not fill the database."""


class NotAllowed(Exception):
    """The step does not fit the present state; the message tells the user what to do."""


def start_session(session: ClassSession) -> ClassSession:
    """Open the lesson. Raises NotAllowed for one that has ended or is archived."""
    with transaction.atomic():
        session = ClassSession.objects.select_for_update().get(pk=session.pk)
        if session.is_live:
            return session
        if not session.is_joinable:
            raise NotAllowed("This session has ended. Create a new one for the next lesson.")
        session.state = ClassSession.State.LIVE
        start = Start.now()
        session.started_at, session.clock_id, session.clock_at = (
            start.at,
            start.clock_id,
            start.clock_at,
        )
        session.save(update_fields=["state", "started_at", "clock_id", "clock_at"])
    broadcast.session_changed(session)
    return session


def end_session(session: ClassSession) -> ClassSession:
    """Close the lesson for everybody. Raises NotAllowed for one that has not started."""
    with transaction.atomic():
        session = ClassSession.objects.select_for_update().get(pk=session.pk)
        if session.state == ClassSession.State.ENDED:
            return session
        if not session.is_live:
            raise NotAllowed("This session has not started yet, so it cannot be ended.")
        session.state = ClassSession.State.ENDED
        session.ended_at = session.now()
        session.save(update_fields=["state", "ended_at"])
    broadcast.session_changed(session)
    return session


def archive_session(session: ClassSession) -> None:
    """Take it out of the lists. Raises NotAllowed while it is live."""
    if session.is_live:
        raise NotAllowed("This session is live. End it before you archive it.")
    session.archived_at = session.archived_at or timezone.now()
    session.save(update_fields=["archived_at"])


def restore_session(session: ClassSession) -> None:
    session.archived_at = None
    session.save(update_fields=["archived_at"])


def join(
    session: ClassSession,
    display_name: str,
    student: Student | None = None,
    *,
    is_simulated: bool = False,
) -> tuple[Participant, str]:
    """Take in a student who has agreed; returns the participant and the secret token.

    Raises NotAllowed when the session takes nobody in, has MOST_PARTICIPANTS, or the student
    is of another course.
    """
    if not session.is_joinable:
        raise NotAllowed("This session has ended. Ask your teacher for the code of the next one.")
    if session.participants.count() >= MOST_PARTICIPANTS:
        raise NotAllowed("This session is full. Tell your teacher, who can open another one.")
    if student is not None and student.course_id != session.course_id:
        raise NotAllowed("This name is not on the list of this course. Choose another one.")
    token = new_token()
    now = timezone.now()
    participant = Participant.objects.create(
        session=session,
        student=student,
        display_name=student.name if student else display_name,
        token_hash=hash_token(token),
        consented_at=now,
        joined_at=now,
        is_simulated=is_simulated or session.is_simulated,
    )
    return participant, token


def leave(participant: Participant) -> None:
    """End this student's stay; what was recorded stays."""
    participant.left_at = timezone.now()
    participant.save(update_fields=["left_at"])
    broadcast.participant_gone(participant)


def delete_participant(participant: Participant) -> None:
    """Delete the student's record in this session with every sample of it."""
    with transaction.atomic():
        # Locked, so that no process can store another sample between the two deletions.
        for row in Participant.objects.select_for_update().filter(pk=participant.pk):
            row.delete()
    broadcast.participant_gone(participant, deleted=True)


def end_forgotten() -> int:
    """End sessions that nobody ended, as of when somebody was last there; returns how many."""
    forgotten = list(ClassSession.objects.left_open(timezone.now() - FORGOTTEN_AFTER))
    for key, left in forgotten:
        session = end_session(ClassSession.objects.get(pk=key))
        session.ended_at = left
        session.save(update_fields=["ended_at"])
    return len(forgotten)


def purge_expired() -> int:
    """Delete sessions whose records are older than the site keeps them; returns how many."""
    limit = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    sessions = ClassSession.objects.ended_before(limit)
    count = sessions.count()
    sessions.delete()
    return count


def course_named(owner: User, name: str) -> Course:
    return Course.objects.get_or_create(owner=owner, name=name)[0]
