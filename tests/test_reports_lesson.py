"""A student's lesson so far, by minute, and who may see it."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from sessions.models import Marker, Participant
from tests.factories import make_course, make_participant, make_sample, make_session, make_teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Participant:
    """Well seen in the second minute, and once in the fourth."""
    person = make_participant(make_session(interval_s=1.0))
    for second in range(60, 90):
        make_sample(person, second, engagement=0.8)
    make_sample(person, 200, engagement=0.1)
    return person


def ask(person: Participant, client: Client) -> Any:
    return client.get(f"/sessions/{person.session_id}/participants/{person.pk}/lesson/")


def owner_of(person: Participant) -> Client:
    client = Client()
    client.force_login(person.session.course.owner)
    return client


def test_it_has_engagement_where_a_minute_has_enough_and_coverage_beside_it(
    ada: Participant,
) -> None:
    Marker.objects.create(session=ada.session, second=70, kind="topic", text="Light")
    lesson = ask(ada, owner_of(ada)).json()
    assert lesson["minutes"] == [
        {"second": 60, "engagement": 0.8, "coverage": 0.5},
        {"second": 180, "engagement": None, "coverage": 0.017},
    ]
    assert lesson["markers"] == [{"second": 70, "kind": "topic", "text": "Light"}]
    assert lesson["elapsed_s"] >= 600


def test_under_the_presence_policy_it_has_coverage_alone(
    ada: Participant, settings: Settings
) -> None:
    settings.POLICY = "presence"
    minutes = ask(ada, owner_of(ada)).json()["minutes"]
    assert [one["engagement"] for one in minutes] == [None, None]
    assert minutes[0]["coverage"] == 0.5


def test_a_stranger_sees_nothing(ada: Participant) -> None:
    assert ask(ada, Client()).status_code == 302
    colleague = Client()
    colleague.force_login(make_teacher())
    assert ask(ada, colleague).status_code == 404
    own = make_session(make_course(ada.session.course.owner))
    elsewhere = f"/sessions/{own.pk}/participants/{ada.pk}/lesson/"
    assert owner_of(ada).get(elsewhere).status_code == 404
