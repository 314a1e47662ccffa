"""Who takes part in a session: joining, leaving, being removed, going on on another device."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from sessions import news
from sessions.codes import hash_token, new_token
from sessions.errors import NotAllowed
from sessions.joining.names import folded, tidy
from sessions.models import ClassSession, Participant, Student, Takeover
from sessions.site.erasure import erase_traces

MOST_PARTICIPANTS: Final = 1000
"""Of one session, far above any class: a program that has the link must not fill the database."""
MOST_ASKS: Final = 3
"""Devices that may ask for one name at a time."""


class NameTaken(NotAllowed):
    """Somebody takes part under this name; participant is who."""

    def __init__(self, participant: Participant) -> None:
        super().__init__("Somebody is in this class under this name already.")
        self.participant = participant


def join(
    session: ClassSession,
    name: str,
    earlier: Participant | None = None,
    *,
    is_simulated: bool = False,
) -> tuple[Participant, str | None]:
    """Take in a student who has agreed; returns the participant and the secret token.

    A name of the course's list is that student's, however it is written. earlier: whom this
    browser was here before; under the same name its record goes on, and the token is None.
    Raises NameTaken, and NotAllowed when the session takes nobody in.
    """
    with transaction.atomic():
        # Locked, so that two that come at once cannot both have a name, or the last place.
        session = ClassSession.objects.select_for_update().get(pk=session.pk)
        _check_open(session)
        holder = _holder(session, name)
        if holder is not None and earlier is not None and holder.pk == earlier.pk:
            return _resume(holder), None
        if session.is_locked:
            raise NotAllowed("Your teacher has closed the door: ask them to open it for you.")
        if holder is not None:
            raise NameTaken(holder)
        if session.participants.present().count() >= MOST_PARTICIPANTS:
            raise NotAllowed("This session is full. Tell your teacher, who can make room.")
        return _take_in(session, name, is_simulated=is_simulated)


def _check_open(session: ClassSession) -> None:
    if not session.is_joinable:
        raise NotAllowed("This session has ended. Ask your teacher for the code of the next one.")


def _holder(session: ClassSession, name: str) -> Participant | None:
    """Who takes part under this name; one that was removed holds it no longer."""
    wanted = folded(name)
    people = session.participants.present().select_related("student")
    return next((one for one in people if wanted in _names(one)), None)


def _names(participant: Participant) -> set[str]:
    names = {folded(participant.display_name)}
    if participant.student is not None:
        names.add(folded(participant.student.name))
    return names


def _resume(participant: Participant) -> Participant:
    participant.left_at = None
    participant.consented_at = timezone.now()
    participant.save(update_fields=["left_at", "consented_at"])
    return participant


def _take_in(session: ClassSession, name: str, *, is_simulated: bool) -> tuple[Participant, str]:
    student = _student(session, name)
    token = new_token()
    now = timezone.now()
    participant = Participant.objects.create(
        session=session,
        student=student,
        display_name=student.name if student else tidy(name),
        token_hash=hash_token(token),
        consented_at=now,
        joined_at=now,
        is_simulated=is_simulated or session.is_simulated,
    )
    return participant, token


def _student(session: ClassSession, name: str) -> Student | None:
    """Who of the course's list has this name."""
    wanted = folded(name)
    roster = Student.objects.filter(course=session.course_id)
    return next((student for student in roster if folded(student.name) == wanted), None)


def leave(participant: Participant) -> None:
    """End this student's stay; what was recorded stays."""
    participant.left_at = timezone.now()
    participant.save(update_fields=["left_at"])
    news.participant_gone(participant, "left")


def delete_participant(participant: Participant) -> None:
    """Delete the student's record in this session with every sample of it."""
    with transaction.atomic():
        # Locked, so that no process can store another sample between the two deletions.
        for row in Participant.objects.select_for_update().filter(pk=participant.pk):
            row.delete()
    news.participant_gone(participant, "deleted")
    erase_traces()


def remove(participant: Participant) -> None:
    """Take a participant out of the session; what was recorded stays until it is deleted."""
    participant.removed_at = timezone.now()
    participant.save(update_fields=["removed_at"])
    news.participant_gone(participant, "removed")


def readmit(participant: Participant) -> None:
    """Let one who was removed come back. Raises NotAllowed where the name is taken meanwhile."""
    with transaction.atomic():
        session = ClassSession.objects.select_for_update().get(pk=participant.session_id)
        if _holder(session, participant.display_name) is not None:
            raise NotAllowed(f"{participant.display_name} is taken by somebody else meanwhile.")
        participant.removed_at = None
        participant.save(update_fields=["removed_at"])


def set_locked(session: ClassSession, locked: bool) -> None:
    """Close or open the door: whoever is in the session already comes back in any case."""
    session.is_locked = locked
    session.save(update_fields=["is_locked"])


# Going on on another device ---------------------------------------------------------------------


def ask_for(participant: Participant) -> str:
    """Ask the teacher to let this browser go on as the participant; returns its secret token.

    Raises NotAllowed while MOST_ASKS others ask for the same.
    """
    with transaction.atomic():
        Participant.objects.select_for_update().get(pk=participant.pk)
        if participant.takeovers.count() >= MOST_ASKS:
            raise NotAllowed("Other devices ask for this name already. Tell your teacher.")
        token = new_token()
        Takeover.objects.create(participant=participant, token_hash=hash_token(token))
    return token


def allow(takeover: Takeover) -> None:
    """From now on the browser that asked is the participant; its older one is closed."""
    participant = takeover.participant
    with transaction.atomic():
        participant.token_hash = takeover.token_hash
        participant.left_at = None
        participant.save(update_fields=["token_hash", "left_at"])
        participant.takeovers.all().delete()
    news.participant_gone(participant, "moved")


def refuse(takeover: Takeover) -> None:
    """The browser that asked is told so."""
    takeover.delete()
