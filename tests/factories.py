"""Makers of stored objects for tests; each fills in what a test does not care about."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import User
from django.core import signing
from django.test import Client
from django.utils import timezone

from inference.labels import EMOTIONS
from sessions import codes, minutes
from sessions.joining import membership
from sessions.joining.cookies import SALT, cookie_name
from sessions.models import ClassSession, Course, Participant, RoomSample, Sample, Student

_number = count(1)
PASSWORD = "correct-horse-battery"


def make_teacher(email: str = "") -> User:
    email = email or f"teacher{next(_number)}@example.org"
    return User.objects.create_user(username=email, email=email, password=PASSWORD)


def make_course(owner: User | None = None, name: str = "") -> Course:
    return Course.objects.create(
        owner=owner or make_teacher(), name=name or f"Course {next(_number)}"
    )


def make_student(course: Course | None = None, name: str = "", **fields: Any) -> Student:
    return Student.objects.create(
        course=course or make_course(), name=name or f"Student {next(_number)}", **fields
    )


def make_session(course: Course | None = None, state: str = "live", **fields: Any) -> ClassSession:
    """A session that began ten minutes ago; an ended one ended just now."""
    now = timezone.now()
    if state != "planned":
        fields.setdefault("started_at", now - timedelta(minutes=10))
    if state == "ended":
        fields.setdefault("ended_at", now)
    fields.setdefault("title", f"Session {next(_number)}")
    return ClassSession.objects.create(course=course or make_course(), state=state, **fields)


def make_participant(
    session: ClassSession | None = None, token: str = "", **fields: Any
) -> Participant:
    fields.setdefault("display_name", f"Participant {next(_number)}")
    fields.setdefault("consented_at", timezone.now())
    return Participant.objects.create(
        session=session or make_session(),
        token_hash=codes.hash_token(token or codes.new_token()),
        **fields,
    )


def make_room_sample(
    session: ClassSession, second: int = 0, emotion: str = "happy", **fields: Any
) -> RoomSample:
    """One picture of the room's camera; an empty emotion leaves the estimates out."""
    if emotion:
        rest = 0.1 / (len(EMOTIONS) - 1)
        fields = {name: 0.9 if name == emotion else rest for name in EMOTIONS} | fields
        fields.setdefault("facing", 0.5)
        fields.setdefault("model_name", "compact")
    started = session.started_at or timezone.now()
    at = started + timedelta(seconds=second, microseconds=next(_number))
    fields = {"faces": 5, "detector": "yunet"} | fields
    return RoomSample.objects.create(session=session, at=at, second=second, **fields)


def make_browser_of(participant: Participant, token: str = "secret") -> Client:
    """A browser that is the participant."""
    participant.token_hash = codes.hash_token(token)
    participant.save()
    browser = Client()
    name = cookie_name(participant.session.code)
    browser.cookies[name] = signing.dumps(token, salt=SALT)
    return browser


def make_sample(
    participant: Participant, second: int = 0, emotion: str = "happy", **fields: Any
) -> Sample:
    """One sample .9 sure of the emotion; an empty emotion makes it "away"."""
    session = participant.session
    started = session.started_at or timezone.now()
    if emotion:
        rest = 0.1 / (len(EMOTIONS) - 1)
        fields = {name: 0.9 if name == emotion else rest for name in EMOTIONS} | fields
        fields.setdefault("engagement", 0.5)
    fields.setdefault("faces", 1 if emotion else 0)
    sample = Sample(
        session=session,
        participant=participant,
        # A participant has one sample at a moment.
        at=started + timedelta(seconds=second, microseconds=next(_number)),
        second=second,
        emotion=emotion,
        model_name="compact",
        **fields,
    )
    store([sample])
    return sample


def store(samples: Iterable[Sample]) -> None:
    """Store samples as the recorder does: with their minutes."""
    minutes.add(Sample.objects.bulk_create(samples))


def join(session: ClassSession, name: str) -> tuple[Participant, str]:
    """Join as somebody new; returns the participant and the secret token."""
    participant, token = membership.join(session, name)
    assert token is not None
    return participant, token
