"""A finished session whose every figure is known, for tests of reports and exports."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from inference.labels import EMOTIONS
from sessions.models import ClassSession, Connection, Participant, Sample
from tests.factories import (
    make_course,
    make_participant,
    make_session,
    make_student,
    make_teacher,
    store,
)

LENGTH_S = 600
INTERVAL_S = 10.0
FORMULA_NAME = '=HYPERLINK("http://x")</script><b>'


@dataclass(frozen=True)
class KnownSession:
    """Ann: there all the time, 50 of 60 samples with a face. Bob: half the time, 5 with a face,
    too little. The third, with a name that bites: there, without a camera."""

    teacher: User
    session: ClassSession
    ann: Participant
    bob: Participant
    third: Participant


def make_known_session(*, is_simulated: bool = False, title: str = "Waves & sound") -> KnownSession:
    teacher = make_teacher()
    course = make_course(teacher, "Physics")
    ended = timezone.now().replace(microsecond=0)
    session = make_session(
        course,
        state="ended",
        title=title,
        interval_s=INTERVAL_S,
        started_at=ended - timedelta(seconds=LENGTH_S),
        ended_at=ended,
        is_simulated=is_simulated,
    )
    ann = make_participant(session, display_name="Ann", student=make_student(course, "Ann"))
    bob = make_participant(session, display_name="Bob")
    third = make_participant(session, display_name=FORMULA_NAME)
    add_stay(ann, 0, LENGTH_S)
    add_stay(bob, 0, LENGTH_S / 2)
    add_stay(third, 0, LENGTH_S)
    add_samples(ann, range(0, 500, 10), "happy", 0.4)
    add_samples(ann, range(500, 600, 10), "", None)
    add_samples(bob, range(0, 50, 10), "sad", 0.8)
    return KnownSession(teacher, session, ann, bob, third)


def add_stay(participant: Participant, start: float, end: float) -> None:
    """A connection from start to end, in seconds of the session."""
    began = participant.session.started_at
    assert began is not None
    Connection.objects.create(
        participant=participant,
        opened_at=began + timedelta(seconds=start),
        last_seen_at=began + timedelta(seconds=end),
    )


def add_samples(
    participant: Participant, seconds: range, emotion: str, engagement: float | None
) -> None:
    """A sample at each second, .9 sure of the emotion; an empty emotion makes them "away"."""
    began = participant.session.started_at
    assert began is not None
    rest = 0.1 / (len(EMOTIONS) - 1)
    probabilities = {name: 0.9 if name == emotion else rest for name in EMOTIONS} if emotion else {}
    store(
        Sample(
            session=participant.session,
            participant=participant,
            at=began + timedelta(seconds=second),
            second=second,
            faces=1 if emotion else 0,
            emotion=emotion,
            engagement=engagement,
            model_name="compact" if emotion else "",
            **probabilities,
        )
        for second in seconds
    )


def collected(parts: AsyncIterator[bytes]) -> bytes:
    """The whole of a file that an export yields in pieces."""

    async def collect() -> bytes:
        return b"".join([part async for part in parts])

    return async_to_sync(collect)()


def export(client: Client, session: ClassSession, kind: str) -> bytes:
    """The whole of a download that the client gets."""
    answer: Any = client.get(reverse("session_export", args=[session.pk, kind]))
    return collected(answer.streaming_content) if answer.streaming else bytes(answer.content)
