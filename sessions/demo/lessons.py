"""The demonstration: a teacher with a course, sessions with made-up history, and a live one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from sessions import minutes
from sessions.codes import hash_token, new_token
from sessions.demo.history import Person, people, samples_of
from sessions.demo.storing import store
from sessions.models import ClassSession, Connection, Course, Marker, Participant, Student
from sessions.services import course_named, start_session
from sessions.site.accounts import DEMO_USERNAME

EMAIL: Final = DEMO_USERNAME
PASSWORD: Final = "demo-classroom"
COURSE: Final = "Physics 10 (simulated)"
LIVE_TITLE: Final = "Open demonstration"


@dataclass(frozen=True, slots=True)
class Story:
    """A finished session to make up; days_ago at the start, seed for its history.

    markers: second, kind and text of each.
    """

    title: str
    minutes: int
    days_ago: int
    interval_s: float
    seed: int
    markers: tuple[tuple[int, str, str], ...] = ()


STORIES: Final = (
    Story("Forces and motion", 20, 9, 4.0, 11),
    Story("Energy", 25, 5, 4.0, 12, ((0, "topic", "Kinds of energy"), (720, "activity", "Pairs"))),
    Story(
        "Waves and sound",
        50,
        1,
        2.0,
        13,
        (
            (0, "topic", "What is a wave?"),
            (960, "activity", "Experiment"),
            (1380, "break", ""),
            (1560, "topic", "Sound"),
            (2640, "question", "Wavelength?"),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What create_demo() made or found."""

    teacher: User
    course: Course
    finished: tuple[ClassSession, ...]
    live: ClassSession


class PublicSiteError(Exception):
    """An account whose password everybody knows, wanted on a site that others can reach."""


def demo_teacher() -> User:
    """The demonstration teacher, with a verified address and PASSWORD, made where missing.

    Raises PublicSiteError where others reach the site.
    """
    if settings.IS_PUBLIC:
        raise PublicSiteError(
            "HOST, ALLOWED_HOSTS, BEHIND_TLS or TRUSTED_PROXIES says that others reach this site, "
            "and everybody knows the "
            "demonstration teacher's password."
        )
    user, _ = User.objects.get_or_create(username=EMAIL, defaults={"email": EMAIL})
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    EmailAddress.objects.update_or_create(
        user=user, email=EMAIL, defaults={"verified": True, "primary": True}
    )
    return user


def create_demo() -> Demo:
    """Make what is missing of the demonstration; run again, it adds nothing twice.

    Raises PublicSiteError as demo_teacher does.
    """
    teacher = demo_teacher()
    course = course_named(teacher, COURSE)
    now = timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0)
    finished = tuple(
        _finished(course, story, now - timedelta(days=story.days_ago)) for story in STORIES
    )
    live = ClassSession.objects.filter(course=course).current().live().first()
    if live is None:
        live = start_session(ClassSession.objects.create(course=course, title=LIVE_TITLE))
    return Demo(teacher, course, finished, live)


@transaction.atomic
def _finished(course: Course, story: Story, started_at: datetime) -> ClassSession:
    session, made = ClassSession.objects.get_or_create(
        course=course,
        title=story.title,
        is_simulated=True,
        defaults={
            "planned_minutes": story.minutes,
            "interval_s": story.interval_s,
            "state": ClassSession.State.ENDED,
            "created_at": started_at,
            "started_at": started_at,
            "ended_at": started_at + timedelta(minutes=story.minutes),
        },
    )
    if made:
        length_s = story.minutes * 60
        rng = np.random.default_rng(story.seed)
        for person in people(rng, length_s):
            _take_part(session, person, rng)
        minutes.rebuild(session.pk)
        Marker.objects.bulk_create(
            Marker(session=session, second=second, kind=kind, text=text)
            for second, kind, text in story.markers
        )
    return session


def _take_part(session: ClassSession, person: Person, rng: np.random.Generator) -> None:
    start = session.started_at
    if start is None:
        raise ValueError("a session that has not started has no history")
    begin, end = person.stays[0][0], person.stays[-1][1]
    student, _ = Student.objects.get_or_create(course=session.course, name=person.name)
    participant = Participant.objects.create(
        session=session,
        student=student,
        display_name=person.name,
        token_hash=hash_token(new_token()),
        consented_at=start + timedelta(seconds=begin),
        joined_at=start + timedelta(seconds=begin),
        left_at=start + timedelta(seconds=end),
        camera=Participant.Camera.ON if person.has_camera else Participant.Camera.MISSING,
        is_simulated=True,
    )
    Connection.objects.bulk_create(
        Connection(
            participant=participant,
            opened_at=start + timedelta(seconds=opened),
            last_seen_at=start + timedelta(seconds=closed),
        )
        for opened, closed in person.stays
    )
    with_emotion = settings.POLICY == "emotion"
    store(participant, samples_of(person, session.interval_s, rng, with_emotion=with_emotion))
