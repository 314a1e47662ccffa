"""The room's camera of a live class: its socket, what is stored, what the dashboards are told."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sessions.live.counters import Counters
from sessions.live.journal import Journal
from sessions.live.protocol import CloseCode
from sessions.live.recorder import Recorder
from sessions.live.room_buffer import RoomBuffer
from sessions.models import ClassSession, RoomSample
from tests.classroom import Client, Session, Socket, Teacher, open_socket, until
from tests.factories import make_session
from tests.server import Server


@pytest.fixture(scope="module")
def teacher(server: Server) -> Teacher:
    return Teacher(server)


@pytest.fixture
def session(teacher: Teacher) -> Session:
    return teacher.open_session()


class Device(Client):
    """A device that has become the room's camera."""

    def __init__(self, teacher: Teacher, session: Session) -> None:
        super().__init__(teacher.server)
        self.path = f"/ws/room/{session.code}/"
        page = f"/sessions/{session.pk}/"
        _, lobby = teacher.get(page)
        if "/room/end/" not in lobby:
            _, lobby = teacher.post(f"{page}room/allow/", page=page)
        found = re.search(rf"/join/{session.code}/room/[\w-]{{43}}/", lobby)
        assert found
        self.post(found[0], agreed="on")

    async def greet(self, socket: Socket) -> dict[str, Any]:
        await socket.say(type="hello", version=1)
        return await socket.expect("hello")

    def socket(self) -> Any:
        return open_socket(self.server, self.path, self.cookies)


async def room_answer(socket: Socket, jpeg: bytes) -> dict[str, Any]:
    await socket.connection.send(jpeg)
    return await socket.expect("room", "error", "shed")


async def test_all_faces_are_told_and_the_class_alone_is_stored(
    server: Server, teacher: Teacher, session: Session, group_jpeg: bytes
) -> None:
    device = Device(teacher, session)
    watching = open_socket(server, f"/ws/dashboard/{session.pk}/", teacher.cookies)
    async with device.socket() as socket, watching as dashboard:
        hello = await device.greet(socket)
        assert "participant" not in hello
        await socket.say(type="camera", state="on")
        answer = await room_answer(socket, group_jpeg)
        assert (answer["type"], answer["seq"], answer["faces"]) == ("room", 1, 5)
        assert len(answer["boxes"]) == 5
        assert all(0 <= share <= 1 for box in answer["boxes"] for share in box)
        assert sum(answer["emotions"].values()) == pytest.approx(1, abs=0.01)
        assert 0 <= answer["facing"] <= 1
        tick = await dashboard.expect_that(lambda one: (one.get("room") or {}).get("faces"))
        shown = {"camera": "on", "faces": 5, "facing": answer["facing"]}
        assert tick["room"] == shown | {"emotions": answer["emotions"]}
        assert tick["participants"] == []
    where = f"from class_sessions_roomsample where session_id = {session.pk}"
    until(lambda: server.query(f"select faces {where}") == [(5,)])


async def test_a_frame_that_cannot_be_used_is_answered_and_the_room_goes_on(
    teacher: Teacher, session: Session, group_jpeg: bytes
) -> None:
    device = Device(teacher, session)
    async with device.socket() as socket:
        await device.greet(socket)
        for odd, code in ((b"no picture", "not_jpeg"), (group_jpeg[:3000], "truncated")):
            answer = await room_answer(socket, odd)
            assert (answer["type"], answer["code"]) == ("error", code)
        assert (await room_answer(socket, group_jpeg))["faces"] == 5


async def test_before_the_start_nothing_is_analysed(teacher: Teacher, group_jpeg: bytes) -> None:
    session = teacher.open_session(live=False)
    device = Device(teacher, session)
    async with device.socket() as socket:
        await device.greet(socket)
        assert (await room_answer(socket, group_jpeg))["code"] == "not_live"
        teacher.start(session.pk)
        await socket.expect_that(lambda one: one.get("state") == "live")
        assert (await room_answer(socket, group_jpeg))["faces"] == 5
        teacher.end(session.pk)
        code, _ = await socket.closed()
    assert code == CloseCode.ENDED


async def test_the_newest_device_is_the_camera(teacher: Teacher, session: Session) -> None:
    first, second = Device(teacher, session), Device(teacher, session)
    async with first.socket() as older:
        await first.greet(older)
        async with second.socket() as newer:
            await second.greet(newer)
            assert (await older.closed())[0] == CloseCode.REPLACED


async def test_the_teacher_takes_it_away(teacher: Teacher, session: Session) -> None:
    device = Device(teacher, session)
    async with device.socket() as socket:
        await device.greet(socket)
        teacher.post(f"/sessions/{session.pk}/room/end/", page=f"/sessions/{session.pk}/")
        code, last = await socket.closed()
    assert (code, last["type"]) == (CloseCode.REMOVED, "closing")


async def test_strangers_and_students_are_not_let_in(
    server: Server, teacher: Teacher, session: Session
) -> None:
    for path in (f"/ws/room/{session.code}/", "/ws/room/ZZZZZZ/"):
        async with open_socket(server, path, teacher.cookies) as socket:
            assert (await socket.closed())[0] == CloseCode.NOT_ALLOWED


# Storing -----------------------------------------------------------------------------------------


def sample(session: ClassSession, second: int = 0) -> RoomSample:
    at = timezone.now() + timedelta(seconds=second)
    return RoomSample(session=session, at=at, second=second, faces=5, detector="yunet")


@pytest.mark.django_db
def test_what_is_told_twice_is_stored_once_and_a_deleted_session_costs_no_other() -> None:
    session, gone = make_session(), make_session()
    buffer = RoomBuffer(Counters())
    lost = sample(gone)
    gone.delete()
    twice = sample(session)
    again = RoomSample(session=session, at=twice.at, second=0, faces=5, detector="yunet")
    for one in (lost, twice, again, sample(session, 1)):
        buffer.add(one)
    buffer.write()
    assert sorted(RoomSample.objects.values_list("second", flat=True)) == [0, 1]
    assert buffer.take() == []


@pytest.mark.django_db
def test_what_waits_at_the_end_is_in_the_journal_and_stored_at_the_next_start(
    tmp_path: Any,
) -> None:
    session = make_session()
    recorder = Recorder(tmp_path, Counters())
    recorder.rooms.add(sample(session, 7))
    recorder.stop()
    (path,) = Journal(tmp_path).files()
    assert "jpeg" not in path.read_text()
    assert json.loads(path.read_text())["faces"] == 5
    later = Recorder(tmp_path, Counters())
    later._recover()
    assert [one.second for one in RoomSample.objects.all()] == [7]
    assert Journal(tmp_path).files() == []
