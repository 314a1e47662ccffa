"""The teacher asks the class and takes hands down; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from sessions.models import CheckIn, ClassSession, Signal
from tests.factories import make_course, make_participant, make_session, make_teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ClassSession:
    return make_session(make_course(make_teacher()))


@pytest.fixture
def teacher(session: ClassSession, client: Client) -> Client:
    client.force_login(session.course.owner)
    return client


def ask(client: Client, session: ClassSession, question: str) -> Any:
    return client.post(reverse("check_in_ask", args=[session.pk]), {"question": question})


def test_a_new_question_closes_the_one_before(teacher: Client, session: ClassSession) -> None:
    assert ask(teacher, session, " Is it   clear? ").json()["message"] == "Asked: Is it clear?"
    ask(teacher, session, "And now?")
    first, second = CheckIn.objects.all()
    assert first.closed_second is not None
    assert (second.question, second.closed_second) == ("And now?", None)
    assert 600 <= second.second <= 603
    teacher.post(reverse("check_in_close", args=[session.pk]))
    assert not CheckIn.objects.open_in([session.pk]).exists()


@pytest.mark.parametrize(
    ("question", "reason"),
    [("  ", "Write the question"), ("x" * 121, "at most 120"), ("a\u202eb", "letters, digits")],
)
def test_a_question_that_cannot_be_read_is_not_asked(
    teacher: Client, session: ClassSession, question: str, reason: str
) -> None:
    refused = ask(teacher, session, question)
    assert (refused.status_code, reason in refused.json()["message"]) == (400, True)
    assert not CheckIn.objects.exists()


def test_only_a_live_class_is_asked(client: Client) -> None:
    session = make_session(state="ended")
    client.force_login(session.course.owner)
    assert "Start the session first" in ask(client, session, "Well?").json()["message"]


def test_a_hand_that_was_seen_is_down(teacher: Client, session: ClassSession) -> None:
    ada, ben = make_participant(session), make_participant(session)
    for who in (ada, ben):
        Signal.objects.create(participant=who, session=session, kind="hand", second=5)
    teacher.post(reverse("hand_lower", args=[session.pk, ada.pk]))
    assert list(Signal.objects.hands_up().values_list("participant", flat=True)) == [ben.pk]


def test_random_check_ins_are_switched_on_and_off(teacher: Client, session: ClassSession) -> None:
    address = reverse("check_in_random", args=[session.pk])
    assert teacher.post(address, {"on": "1"}).json()["message"] == (
        "The class is asked at random moments."
    )
    session.refresh_from_db()
    assert session.random_check_ins
    assert "not asked" in teacher.post(address, {"on": ""}).json()["message"]
    session.refresh_from_db()
    assert not session.random_check_ins


@pytest.mark.parametrize(
    "name", ["check_in_ask", "check_in_close", "check_in_random", "hand_lower"]
)
def test_strangers_and_colleagues_change_nothing(
    client: Client, session: ClassSession, name: str
) -> None:
    ada = make_participant(session)
    check_in = CheckIn.objects.create(session=session, question="Mine?", second=1)
    Signal.objects.create(participant=ada, session=session, kind="hand", second=5)
    arguments = [session.pk, ada.pk] if name == "hand_lower" else [session.pk]
    address = reverse(name, args=arguments)
    form = {"question": "Theirs?", "on": "1"}
    assert "/accounts/login/" in client.post(address, form).headers["Location"]
    client.force_login(make_teacher())
    assert client.post(address, form).status_code == 404
    assert list(CheckIn.objects.open_in([session.pk])) == [check_in]
    assert Signal.objects.hands_up().count() == 1
    session.refresh_from_db()
    assert not session.random_check_ins
