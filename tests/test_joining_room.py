"""The room's camera: its link, its consent, and that nobody else becomes it."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from sessions import services
from sessions.errors import NotAllowed
from sessions.joining.admission import Refusal, Refused
from sessions.joining.cookies import room_cookie_name
from sessions.joining.room import admit_room, allow_room, end_room
from sessions.models import ClassSession
from tests.factories import make_course, make_session, make_teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ClassSession:
    return make_session(make_course(make_teacher()))


@pytest.fixture
def teacher(session: ClassSession, client: Client) -> Client:
    client.force_login(session.course.owner)
    return client


@pytest.fixture
def device() -> Client:
    return Client()


def link(session: ClassSession) -> str:
    allow_room(session)
    return reverse("room_consent", args=[session.code, session.room_key])


def agree(device: Client, session: ClassSession) -> None:
    answer = device.post(link(session), {"agreed": "on"})
    assert answer.headers["Location"] == reverse("room", args=[session.code])


def cookies(device: Client) -> dict[str, str]:
    return {name: morsel.value for name, morsel in device.cookies.items()}


def refusal(device: Client, session: ClassSession) -> Refusal:
    with pytest.raises(Refused) as refused:
        admit_room(cookies(device), session.code)
    return refused.value.reason


def test_the_teacher_makes_a_link_and_takes_it_away(teacher: Client, session: ClassSession) -> None:
    lobby = session.get_absolute_url()
    assert "Add a room camera" in teacher.get(lobby).content.decode()
    page = teacher.post(reverse("room_allow", args=[session.pk]), follow=True).content.decode()
    found = re.search(rf"/join/{session.code}/room/([\w-]{{43}})/", page)
    assert found
    session.refresh_from_db()
    assert session.room_key == found[1]
    teacher.post(reverse("room_allow", args=[session.pk]))
    assert Client().get(found[0]).status_code == 404, "a new link ends the older one"
    teacher.post(reverse("room_end", args=[session.pk]))
    session.refresh_from_db()
    assert session.room_key == ""


@pytest.mark.parametrize("name", ["room_allow", "room_end"])
def test_strangers_and_colleagues_change_nothing(session: ClassSession, name: str) -> None:
    allow_room(session)
    stranger, colleague = Client(), Client()
    colleague.force_login(make_teacher())
    address = reverse(name, args=[session.pk])
    assert reverse("account_login") in stranger.post(address).headers["Location"]
    assert colleague.post(address).status_code == 404
    assert ClassSession.objects.get().room_key == session.room_key


def test_without_the_consent_of_all_nothing_begins(device: Client, session: ClassSession) -> None:
    refused = device.post(link(session), {})
    assert refused.status_code == 400
    assert "has agreed" in refused.content.decode()
    assert room_cookie_name(session.code) not in device.cookies
    agree(device, session)
    page = device.get(reverse("room", args=[session.code]))
    assert f"/ws/room/{session.code}/" in page.content.decode()
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert admit_room(cookies(device), session.code).session_id == session.pk


def test_a_wrong_key_is_answered_as_a_code_that_no_class_has(
    device: Client, session: ClassSession
) -> None:
    allow_room(session)
    bodies = []
    for code in (session.code, "ZZZZZZ"):
        answer = device.get(reverse("room_consent", args=[code, "x" * 43]))
        assert answer.status_code == 404
        bodies.append(answer.content)
    assert bodies[0] == bodies[1]
    closed = make_session()
    assert device.get(f"/join/{closed.code}/room/{'x' * 43}/").status_code == 404


def test_an_empty_key_opens_no_room(device: Client, session: ClassSession) -> None:
    agree(device, session)
    end_room(session)
    assert refusal(device, session) is Refusal.NO_ROOM
    assert device.get(reverse("room", args=[session.code])).status_code == 404


def test_another_sessions_key_and_a_forged_cookie_are_refused(
    device: Client, session: ClassSession
) -> None:
    agree(device, session)
    other = make_session()
    allow_room(other)
    device.cookies[room_cookie_name(other.code)] = device.cookies[room_cookie_name(session.code)]
    assert refusal(device, other) is Refusal.NO_ROOM
    device.cookies[room_cookie_name(session.code)] = session.room_key
    assert refusal(device, session) is Refusal.NO_ROOM
    assert refusal(Client(), session) is Refusal.NO_ROOM


def test_after_the_end_the_camera_is_off(device: Client, session: ClassSession) -> None:
    address = link(session)
    agree(device, session)
    services.end_session(session)
    assert refusal(device, session) is Refusal.ENDED
    answer = device.get(reverse("room", args=[session.code]))
    assert (answer.status_code, b"has ended" in answer.content) == (410, True)
    assert device.get(address).status_code == 404
    session.refresh_from_db()
    with pytest.raises(NotAllowed):
        allow_room(session)


def test_a_device_stops_by_itself(device: Client, session: ClassSession) -> None:
    agree(device, session)
    device.post(reverse("room_stop", args=[session.code]))
    assert device.get(reverse("room", args=[session.code])).status_code == 404
