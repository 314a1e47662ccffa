from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inference.labels import EMOTIONS
from sessions.live.snapshot import elapsed_seconds, load_snapshot
from sessions.models import ClassSession, Connection
from tests.factories import make_course, make_participant, make_sample, make_session, make_teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher() -> User:
    return make_teacher()


@pytest.fixture
def session(teacher: User) -> ClassSession:
    """Live for ten minutes."""
    return make_session(make_course(teacher))


def after(session: ClassSession, seconds: int) -> datetime:
    assert session.started_at
    return session.started_at + timedelta(seconds=seconds)


def test_the_whole_session_so_far(
    teacher: User, session: ClassSession, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    ada = make_participant(session, display_name="Ada", camera="on")
    ben = make_participant(session, display_name="Ben")
    make_sample(ada, 10, "happy", engagement=0.4)
    make_sample(ben, 10, "sad", engagement=0.2)
    make_sample(ada, 11, "")
    make_sample(ada, 597, "happy", engagement=0.8, faces=2)
    with django_assert_num_queries(7):
        snapshot = load_snapshot(teacher, session.pk, after(session, 600))
    assert snapshot is not None
    series = snapshot.series
    assert series.width_s == 1
    assert series.t == [10, 11, 597]
    assert series.engagement == [pytest.approx(0.3), None, 0.8]
    assert series.samples == [2, 1, 1]
    assert series.usable == [2, 0, 1]
    assert list(series.emotions) == list(EMOTIONS)
    assert series.emotions["happy"] == [pytest.approx(0.4583, abs=1e-3), None, 0.9]
    assert [person.name for person in snapshot.people] == ["Ada", "Ben"]
    assert snapshot.people[0].faces == 2
    assert snapshot.people[0].face_at is not None
    assert snapshot.people[1].probabilities is None
    assert snapshot.trails == {ada.pk: [(590, 0.8)]}


def test_trails_reach_back_five_minutes(teacher: User, session: ClassSession) -> None:
    ada = make_participant(session)
    for second in (280, 300, 301, 309, 310):
        make_sample(ada, second, engagement=second / 1000)
    now = after(session, 600)
    snapshot = load_snapshot(teacher, session.pk, now)
    assert snapshot is not None
    assert snapshot.trails[ada.pk] == [(300, pytest.approx(0.3033, abs=1e-4)), (310, 0.31)]


def test_who_was_seen_lately_is_connected(teacher: User, session: ClassSession) -> None:
    now = timezone.now()
    for name, seen_s, left in (("here", 3, None), ("gone", 60, None), ("left", 3, now)):
        participant = make_participant(session, display_name=name, left_at=left)
        for back in (600, seen_s):
            moment = now - timedelta(seconds=back)
            Connection.objects.create(
                participant=participant, opened_at=moment, last_seen_at=moment
            )
    make_participant(session, display_name="never")
    snapshot = load_snapshot(teacher, session.pk, now)
    assert snapshot is not None
    connected = {person.name: person.connected for person in snapshot.people}
    assert connected == {"here": True, "gone": False, "left": False, "never": False}
    assert snapshot.people[0].connection > 0


def test_a_session_that_has_not_started_is_empty(teacher: User) -> None:
    session = make_session(make_course(teacher), state="planned")
    snapshot = load_snapshot(teacher, session.pk, timezone.now())
    assert snapshot is not None
    assert snapshot.series.t == []
    assert snapshot.people == []


def test_a_colleague_sees_nothing(session: ClassSession) -> None:
    assert load_snapshot(make_teacher(), session.pk, timezone.now()) is None
    assert load_snapshot(make_teacher(), 999_999, timezone.now()) is None


def test_elapsed_seconds() -> None:
    now = timezone.now()
    assert elapsed_seconds(None, now) == 0
    assert elapsed_seconds(now - timedelta(seconds=5.9), now) == 5
    assert elapsed_seconds(now + timedelta(seconds=5), now) == 0
