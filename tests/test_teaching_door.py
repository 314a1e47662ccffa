"""Who is let in and taken out, and that nobody but the session's teacher decides."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from sessions.joining import membership
from sessions.models import ClassSession, Course, Participant, Sample, Takeover
from tests.factories import (
    join,
    make_course,
    make_participant,
    make_sample,
    make_session,
    make_student,
    make_teacher,
)

pytestmark = [pytest.mark.django_db, pytest.mark.finding(4)]


@pytest.fixture
def session() -> ClassSession:
    return make_session(make_course(make_teacher()))


@pytest.fixture
def teacher(session: ClassSession, client: Client) -> Client:
    client.force_login(session.course.owner)
    return client


def test_a_stranger_is_taken_out_and_let_in_again(teacher: Client, session: ClassSession) -> None:
    ada = make_participant(session, display_name="Ada")
    page = teacher.post(reverse("participant_remove", args=[session.pk, ada.pk]), follow=True)
    assert "Ada is taken out" in page.content.decode()
    assert list(session.participants.present()) == []
    assert "Let in again" in page.content.decode()
    teacher.post(reverse("participant_readmit", args=[session.pk, ada.pk]))
    assert list(session.participants.present()) == [ada]


def test_the_live_page_is_answered_in_json(teacher: Client, session: ClassSession) -> None:
    ada = make_participant(session, display_name="Ada")
    address = reverse("participant_remove", args=[session.pk, ada.pk])
    answer = teacher.post(address, headers={"accept": "application/json"})
    assert answer.json() == {"message": "Ada is taken out of the session."}


@pytest.mark.parametrize("odd", ["", "x", "-1", "²", "9" * 40])
def test_those_ticked_are_taken_out_whatever_else_is_sent(
    teacher: Client, session: ClassSession, odd: str
) -> None:
    first, second, third = (make_participant(session) for _ in range(3))
    elsewhere = make_participant()
    ticked = [first.pk, second.pk, elsewhere.pk, odd]
    teacher.post(reverse("participants_remove", args=[session.pk]), {"participant": ticked})
    assert list(Participant.objects.present()) == [third, elsewhere]


def test_the_door_is_closed_and_opened(teacher: Client, session: ClassSession) -> None:
    for name, locked in (("session_lock", True), ("session_unlock", False)):
        teacher.post(reverse(name, args=[session.pk]))
        session.refresh_from_db()
        assert session.is_locked is locked


def test_the_lobby_marks_whom_the_list_does_not_know(
    teacher: Client, session: ClassSession
) -> None:
    make_student(session.course, "Ada")
    join(session, "Ada")
    assert "Not on the list" not in teacher.get(session.get_absolute_url()).content.decode()
    join(session, "Eve")
    assert teacher.get(session.get_absolute_url()).content.decode().count("Not on the list") == 1


@pytest.mark.finding(7)
@pytest.mark.parametrize("word", ["allow", "refuse"])
def test_a_device_that_asks_is_answered(teacher: Client, session: ClassSession, word: str) -> None:
    ada, _ = join(session, "Ada")
    membership.ask_for(ada)
    ask = Takeover.objects.get()
    lobby = teacher.get(session.get_absolute_url()).content.decode()
    assert "Another device asks" in lobby
    teacher.post(reverse(f"ask_{word}", args=[session.pk, ask.pk]))
    ada.refresh_from_db()
    assert (ada.token_hash == ask.token_hash) is (word == "allow")
    assert not Takeover.objects.exists()


STEPS = (
    "participant_remove", "participant_readmit", "participants_remove", "session_lock",
    "session_unlock", "ask_allow", "ask_refuse", "session_delete", "course_delete",
)  # fmt: skip


@pytest.mark.finding(19)
@pytest.mark.parametrize("name", STEPS)
def test_strangers_and_colleagues_change_nothing(
    client: Client, session: ClassSession, name: str
) -> None:
    ada, _ = join(session, "Ada")
    membership.ask_for(ada)
    arguments = {
        "participant_remove": [session.pk, ada.pk],
        "participant_readmit": [session.pk, ada.pk],
        "ask_allow": [session.pk, Takeover.objects.get().pk],
        "ask_refuse": [session.pk, Takeover.objects.get().pk],
        "course_delete": [session.course_id],
    }.get(name, [session.pk])
    before = state_of_everything()
    address = reverse(name, args=arguments)
    form = {"participant": [ada.pk]}
    assert client.post(address, form)["Location"].startswith("/accounts/login/")
    client.force_login(make_teacher())
    assert client.post(address, form).status_code == 404
    User.objects.exclude(pk=session.course.owner.pk).delete()
    assert state_of_everything() == before


def state_of_everything() -> list[object]:
    models = (Course, ClassSession, Participant, Takeover, Sample)
    return [list(model.objects.order_by("pk").values()) for model in models]


@pytest.mark.finding(19)
@pytest.mark.parametrize("name", ["session_delete", "course_delete"])
def test_deleting_asks_first_and_says_what_goes(
    teacher: Client, session: ClassSession, name: str
) -> None:
    make_sample(make_participant(session))
    key = session.pk if name == "session_delete" else session.course_id
    page = teacher.get(reverse(name, args=[key])).content.decode()
    assert "Recorded moments</dt><dd>1<" in page
    assert ClassSession.objects.exists()
    assert teacher.post(reverse(name, args=[key])).status_code == 302
    assert not ClassSession.objects.exists()
    assert not Sample.objects.exists()
    assert Course.objects.exists() is (name == "session_delete")
