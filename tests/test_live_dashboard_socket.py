"""The dashboard's socket of a real Daphne."""

import asyncio
import time
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from inference.labels import EMOTIONS
from sessions.live.runtime import AGREE_EVERY_S
from tests.classroom import (
    Client,
    Pupil,
    Session,
    Socket,
    Teacher,
    empty_frame,
    open_socket,
    until,
)
from tests.factories import PASSWORD
from tests.server import Server, change


@pytest.fixture(scope="module")
def teacher(server: Server) -> Teacher:
    return Teacher(server)


@pytest.fixture
def session(teacher: Teacher) -> Session:
    return teacher.open_session()


def dashboard(teacher: Client, session: Session) -> AbstractAsyncContextManager[Socket]:
    return open_socket(teacher.server, f"/ws/dashboard/{session.pk}/", teacher.cookies)


async def status(socket: Socket, name: str, expected: str) -> dict[str, Any]:
    """Wait until a tick tells that the student has this status; returns what it tells of them."""
    tick = await socket.expect_that(
        lambda message: message["type"] == "tick" and _told(message, name, expected)
    )
    return _told(tick, name, expected)[0]


def _told(tick: dict[str, Any], name: str, expected: str) -> list[dict[str, Any]]:
    return [p for p in tick["participants"] if (p["name"], p["status"]) == (name, expected)]


async def test_a_student_comes_and_goes(
    teacher: Teacher, session: Session, group_jpeg: bytes
) -> None:
    async with dashboard(teacher, session) as socket:
        snapshot = await socket.hear()
        assert snapshot["type"] == "snapshot"
        assert snapshot["participants"] == []
        assert snapshot["session"]["state"] == "live"
        assert snapshot["policy"] == "emotion"
        pupil = Pupil(teacher.server, session.code, "Ada")
        async with pupil.socket() as student:
            await status(socket, "Ada", "no_camera")
            await student.say(type="camera", state="on")
            await status(socket, "Ada", "away")
            answer = await student.frame(group_jpeg)
            ada = await status(socket, "Ada", "here")
            assert ada["emotion"] == answer["emotion"]
            assert ada["engagement"] == pytest.approx(answer["engagement"], abs=1e-3)
            assert ada["faces"] == answer["faces"]
            tick = socket.heard[-1]
            assert (tick["connected"], tick["faces"], tick["state"]) == (1, 1, "live")
            assert tick["engagement"] == pytest.approx(ada["engagement"], abs=1e-3)
            assert list(tick["emotions"]) == list(EMOTIONS)
            await student.say(type="camera", state="paused")
            await status(socket, "Ada", "paused")
        await status(socket, "Ada", "offline")
        assert socket.heard[-1]["connected"] == 0


async def test_ticks_come_at_most_once_a_second(teacher: Teacher, session: Session) -> None:
    pupil = Pupil(teacher.server, session.code)
    async with dashboard(teacher, session) as socket, pupil.socket() as student:
        began = time.monotonic()
        for _ in range(20):
            await student.frame(empty_frame())
            await asyncio.sleep(0.1)
        for _ in range(3):
            await socket.expect("tick")
        took = time.monotonic() - began
        ticks = [m for m in socket.heard if m["type"] == "tick"]
    assert len(ticks) <= took + 1
    moments = [tick["now"] for tick in ticks]
    assert moments == sorted(moments)


async def test_opening_it_late_shows_the_session_so_far(
    teacher: Teacher, session: Session, group_jpeg: bytes
) -> None:
    pupil = Pupil(teacher.server, session.code, "Ada")
    async with pupil.socket() as student:
        await student.say(type="camera", state="on")
        for _ in range(3):
            await student.frame(group_jpeg)
        await student.frame(empty_frame())
        until(lambda: pupil.stored == 4)
        async with dashboard(teacher, session) as socket:
            snapshot = await socket.hear()
    series = snapshot["series"]
    assert sum(series["samples"]) == 4
    assert sum(series["usable"]) == 3
    assert series["t"] == sorted(series["t"])
    assert set(series["emotions"]) == set(EMOTIONS)
    ada = snapshot["participants"][0]
    assert (ada["name"], ada["status"]) == ("Ada", "here")
    assert len(ada["trail"]) in (1, 2)
    assert snapshot["now"] == snapshot["session"]["elapsed_s"]


async def test_the_start_and_the_end_are_told(teacher: Teacher) -> None:
    session = teacher.open_session(live=False)
    async with dashboard(teacher, session) as socket:
        assert (await socket.hear())["session"]["state"] == "planned"
        await asyncio.to_thread(teacher.start, session.pk)
        assert await socket.expect("session") == {"type": "session", "state": "live"}
        await asyncio.to_thread(teacher.end, session.pk)
        end = await socket.expect("session")
    assert end == {
        "type": "session",
        "state": "ended",
        "report_url": f"/sessions/{session.pk}/report/",
    }
    async with dashboard(teacher, session) as socket:
        assert (await socket.hear())["session"]["state"] == "ended"
        assert (await socket.hear())["state"] == "ended"


async def test_deleted_data_goes_from_the_dashboard(teacher: Teacher, session: Session) -> None:
    pupil = Pupil(teacher.server, session.code, "Ada")
    async with pupil.socket(), dashboard(teacher, session) as socket:
        snapshot = await socket.hear()
        number = snapshot["participants"][0]["id"]
        await asyncio.to_thread(pupil.delete)
        tick = await socket.expect_that(lambda message: message.get("removed"))
        assert tick["removed"] == [number]
        assert tick["connected"] == 0
    async with dashboard(teacher, session) as socket:
        assert (await socket.hear())["participants"] == []


async def test_strangers_see_nothing(server: Server, teacher: Teacher, session: Session) -> None:
    pupil = Pupil(server, session.code)
    colleague = Teacher(server)
    for cookies, code in (("", 4003), (pupil.cookies, 4003), (colleague.cookies, 4004)):
        async with open_socket(server, f"/ws/dashboard/{session.pk}/", cookies) as socket:
            assert (await socket.closed())[0] == code
        assert [message["type"] for message in socket.heard] == ["closing"]
    async with open_socket(server, "/ws/dashboard/999999/", teacher.cookies) as socket:
        assert (await socket.closed())[0] == 4004


@pytest.mark.finding(6)
async def test_signing_out_closes_the_dashboard_at_once_and_no_other(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    other_browser = Client(server)
    other_browser.post("/accounts/login/", login=teacher.email, password=PASSWORD)
    async with dashboard(teacher, session) as socket, dashboard(other_browser, session) as other:
        await socket.expect("snapshot")
        await asyncio.to_thread(teacher.post, "/accounts/logout/")
        began = time.monotonic()
        assert (await socket.closed())[0] == 4003
        assert time.monotonic() - began < AGREE_EVERY_S
        await other.expect("snapshot")
        await other.expect("tick")


@pytest.mark.finding(6)
async def test_a_new_password_closes_the_dashboards_of_other_browsers(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    other_browser = Client(server)
    other_browser.post("/accounts/login/", login=teacher.email, password=PASSWORD)
    async with dashboard(other_browser, session) as socket:
        await socket.expect("snapshot")
        new = f"{PASSWORD}-new"
        await asyncio.to_thread(
            teacher.post,
            "/accounts/password/change/",
            oldpassword=PASSWORD,
            password1=new,
            password2=new,
        )
        assert (await socket.closed())[0] == 4003


@pytest.mark.finding(6)
async def test_a_login_that_is_gone_from_the_database_is_noticed(
    server: Server,
) -> None:
    """Nobody tells: the dashboard is authorised again every few seconds."""
    teacher = Teacher(server)
    session = teacher.open_session()
    key = next(cookie.value for cookie in teacher.jar if cookie.name == "sessionid")
    async with dashboard(teacher, session) as socket:
        await socket.expect("snapshot")
        change(server, f"delete from django_session where session_key = '{key}'")
        assert (await socket.closed())[0] == 4003


@pytest.mark.finding(21)
@pytest.mark.parametrize("live", [True, False], ids=["live", "planned"])
async def test_ticks_come_every_second_though_nothing_changes(teacher: Teacher, live: bool) -> None:
    async with dashboard(teacher, teacher.open_session(live=live)) as socket:
        await socket.expect("snapshot")
        began = time.monotonic()
        for _ in range(4):
            tick = await socket.expect("tick")
            assert (tick["participants"], tick["trouble"], tick["asks"]) == ([], [], [])
        assert time.monotonic() - began < 10


@pytest.mark.finding(21)
async def test_a_student_who_falls_silent_is_shown_as_gone(
    teacher: Teacher, session: Session
) -> None:
    pupil = Pupil(teacher.server, session.code, "Ada")
    async with dashboard(teacher, session) as socket:
        await socket.expect("snapshot")
        async with pupil.socket() as student:
            await status(socket, "Ada", "no_camera")
            await status(socket, "Ada", "offline")
            await student.say(type="ping")
            await status(socket, "Ada", "no_camera")


async def test_a_dashboard_sends_pings_only(teacher: Teacher, session: Session) -> None:
    async with dashboard(teacher, session) as socket:
        await socket.say(type="ping")
        await socket.expect("pong")
        await socket.connection.send(b"binary")
        assert (await socket.expect("error"))["code"] == "bad_message"
