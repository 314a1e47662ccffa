"""The students' socket of a real Daphne."""

import asyncio
import contextlib
import itertools
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from inference.labels import EMOTIONS
from sessions.demo.simulation import read_frames
from tests.classroom import (
    Pupil,
    Session,
    Teacher,
    claiming_size,
    empty_frame,
    open_socket,
    until,
)
from tests.server import Server, change, running_server


@pytest.fixture(scope="module")
def teacher(server: Server) -> Teacher:
    return Teacher(server)


@pytest.fixture(scope="module")
def session(teacher: Teacher) -> Session:
    return teacher.open_session()


@pytest.fixture
def pupil(server: Server, session: Session) -> Pupil:
    return Pupil(server, session.code)


async def test_hello_says_what_a_client_needs(
    server: Server, session: Session, pupil: Pupil
) -> None:
    async with pupil.socket(greet=False) as socket:
        await socket.say(type="hello", version=1)
        hello = await socket.hear()
    participant = hello.pop("participant")
    assert participant["name"] == pupil.name
    assert participant["id"] > 0
    assert hello["session"].pop("title").startswith("Session")
    assert hello == {
        "type": "hello",
        "version": 1,
        "session": {"state": "live", "interval_s": 1.0, "show_engagement": True},
        "limits": {"frame_bytes": 300_000, "frame_pixels": 1_000_000, "frames_per_second": 10},
        "policy": "emotion",
    }


async def test_real_faces_are_answered_and_stored(
    server: Server, pupil: Pupil, face_video: Path
) -> None:
    frames = read_frames(face_video)
    async with pupil.socket() as socket:
        answers = [await socket.frame(frame) for frame in frames[:20:5]]
    assert [answer["seq"] for answer in answers] == [1, 2, 3, 4]
    for answer in answers:
        assert answer["type"] == "result"
        assert answer["faces"] == 1
        assert all(0 <= part <= 1 for part in answer["box"])
        assert list(answer["probabilities"]) == list(EMOTIONS)
        assert sum(answer["probabilities"].values()) == pytest.approx(1, abs=0.001)
        assert answer["emotion"] == max(EMOTIONS, key=answer["probabilities"].get)
        assert 0 <= answer["engagement"] <= 1
    until(lambda: pupil.stored == 4)


async def test_a_group_is_counted_and_its_largest_face_taken(
    pupil: Pupil, group_jpeg: bytes
) -> None:
    async with pupil.socket() as socket:
        answer = await socket.frame(group_jpeg)
    assert answer["faces"] == 5
    assert answer["emotion"] in EMOTIONS


async def test_nobody_in_the_picture_is_a_sample_without_emotion(pupil: Pupil) -> None:
    async with pupil.socket() as socket:
        answer = await socket.frame(empty_frame())
    answer.pop("at")
    assert answer == {
        "type": "result",
        "seq": 1,
        "faces": 0,
        "box": None,
        "emotion": None,
        "probabilities": None,
        "direction": None,
        "engagement": None,
        "level": None,
    }
    until(lambda: pupil.stored == 1)


async def test_engagement_is_kept_from_students_where_the_teacher_says_so(
    server: Server, teacher: Teacher, face_jpeg: bytes
) -> None:
    session = teacher.open_session(show_engagement="")
    async with Pupil(server, session.code).socket() as socket:
        answer = await socket.frame(face_jpeg)
    assert answer["engagement"] is None
    assert answer["emotion"] in EMOTIONS
    column = f"select engagement from class_sessions_sample where session_id = {session.pk}"
    until(lambda: bool(server.query(column)))
    assert server.query(column)[0][0] is not None


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"hello, I am no picture", "not_jpeg"),
        (b"", "not_jpeg"),
        (empty_frame()[:-40], "truncated"),
        (claiming_size(empty_frame(), 30_000, 30_000), "too_many_pixels"),
        (b"\xff\xd8\xff" + bytes(400_000), "too_many_bytes"),
    ],
)
async def test_a_bad_frame_gets_its_own_answer_and_the_next_one_is_analysed(
    server: Server, pupil: Pupil, frame: bytes, code: str
) -> None:
    before = server.health()["frames_refused"].get(code, 0)
    async with pupil.socket() as socket:
        answer = await socket.frame(frame)
        assert (answer["type"], answer["seq"], answer["code"]) == ("error", 1, code)
        assert answer["message"]
        assert (await socket.frame(empty_frame()))["type"] == "result"
    assert server.health()["frames_refused"][code] == before + 1


async def test_ten_megabytes_are_refused_by_a_close_and_cost_nobody_else_anything(
    server: Server, session: Session, pupil: Pupil
) -> None:
    other = Pupil(server, session.code)
    async with other.socket() as good, pupil.socket() as bad:
        # The server need not wait for the rest: the close may come in the middle of sending.
        with contextlib.suppress(ConnectionClosed):
            await asyncio.wait_for(bad.connection.send(bytes(10_000_000)), 10)
        assert (await bad.closed())[0] == 1009
        assert (await good.frame(empty_frame()))["type"] == "result"


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", '{"type": "frame"}', '{"type": "camera", "state": "broken"}']
)
async def test_text_without_sense_is_answered_by_what_is_wrong(pupil: Pupil, text: str) -> None:
    async with pupil.socket() as socket:
        await socket.connection.send(text)
        answer = await socket.hear()
        assert (answer["type"], answer["code"]) == ("error", "bad_message")
        await socket.say(type="ping")
        assert await socket.hear() == {"type": "pong"}


async def test_a_long_text_where_a_frame_is_due_closes(pupil: Pupil) -> None:
    async with pupil.socket() as socket:
        await socket.connection.send("data:image/jpeg;base64," + "A" * 10_000)
        code, last = await socket.closed()
    assert code == 4009
    assert "binary" in last["message"]


@pytest.mark.parametrize("first", ['{"type": "hello", "version": 2}', '{"type": "ping"}', b"x"])
async def test_who_does_not_say_hello_first_is_closed(pupil: Pupil, first: str | bytes) -> None:
    async with pupil.socket(greet=False) as socket:
        await socket.connection.send(first)
        code, last = await socket.closed()
    assert code == 4000
    assert last["type"] == "closing"
    assert last["code"] == 4000


async def test_a_hundred_frames_a_second_are_slowed_then_closed_in_order(
    server: Server, session: Session, pupil: Pupil
) -> None:
    other = Pupil(server, session.code)
    async with other.socket() as good, pupil.socket() as bad:
        flood = asyncio.create_task(_flood(bad.connection, empty_frame(), 0.01))
        assert (await good.frame(empty_frame()))["type"] == "result"
        code, last = await bad.closed()
        flood.cancel()
        assert (await good.frame(empty_frame()))["type"] == "result"
    assert (code, last["code"]) == (4008, 4008)
    answers = [m for m in bad.heard if "seq" in m]
    assert [m["seq"] for m in answers] == list(range(1, len(answers) + 1))
    kinds = {m.get("code", m["type"]) for m in answers}
    assert "too_fast" in kinds
    assert server.health()["frames_refused"]["too_fast"] > 50


async def _flood(connection: ClientConnection, frame: bytes, every_s: float) -> None:
    for _ in itertools.count():
        await connection.send(frame)
        await asyncio.sleep(every_s)


@pytest.mark.parametrize("code", ["ZZZZZZ", "x%20y", "no-such-class-at-all"])
async def test_a_wrong_code_is_refused(server: Server, code: str) -> None:
    async with open_socket(server, f"/ws/class/{code}/") as socket:
        assert (await socket.closed())[0] == 4003


@pytest.mark.finding(1)
async def test_the_socket_does_not_tell_whether_a_class_has_this_code() -> None:
    """Strangers hear the same of every code, and after some tries nothing; members come in."""
    with running_server(POLICY="presence") as server:
        session = Teacher(server).open_session()
        pupil = Pupil(server, session.code)
        heard = []
        for code in (session.code, "ZZZZZZ"):
            for cookies in ("", f"participant_{code}=abc:def:ghi"):
                async with open_socket(server, f"/ws/class/{code}/", cookies) as socket:
                    heard.append(await socket.closed())
        assert heard[0][0] == 4003
        assert all(one == heard[0] for one in heard)
        assert "join" in heard[0][1]["message"]
        codes = []
        for _ in range(60):
            async with open_socket(server, "/ws/class/YYYYYY/") as socket:
                codes.append((await socket.closed())[0])
        assert 4013 in codes
        for code in (session.code, "ZZZZZZ"):
            async with open_socket(server, f"/ws/class/{code}/") as socket:
                assert (await socket.closed())[0] == 4013
        async with pupil.socket() as socket:
            assert (await socket.frame(empty_frame()))["type"] == "result"


@pytest.mark.finding(9)
async def test_who_sends_nothing_but_faulty_frames_is_closed(pupil: Pupil) -> None:
    """Slower than the limit of frames a second, so that only the faults count."""
    async with pupil.socket() as socket:
        flood = asyncio.create_task(_flood(socket.connection, b"\xff\xd8 no picture", 0.12))
        code, last = await socket.closed()
        flood.cancel()
    assert (code, last["code"]) == (4008, 4008)
    refused = {m["code"] for m in socket.heard if m["type"] == "error"}
    assert refused == {"not_jpeg"}


async def test_the_end_of_the_class_closes_and_nobody_comes_back(
    server: Server, teacher: Teacher
) -> None:
    session = teacher.open_session()
    pupil = Pupil(server, session.code)
    async with pupil.socket() as socket:
        assert (await socket.frame(empty_frame()))["type"] == "result"
        await asyncio.to_thread(teacher.end, session.pk)
        assert (await socket.expect("session"))["state"] == "ended"
        assert (await socket.closed())[0] == 4005
    async with pupil.socket(greet=False) as socket:
        assert (await socket.closed())[0] == 4005


@pytest.mark.finding(12)
async def test_an_end_whose_news_was_lost_stops_the_recording(
    server: Server, teacher: Teacher
) -> None:
    """The end is written into the database by another hand, so no process is told of it."""
    session = teacher.open_session()
    pupil = Pupil(server, session.code)
    async with pupil.socket() as socket:
        assert (await socket.frame(empty_frame()))["type"] == "result"
        change(
            server,
            "update class_sessions_classsession set state = 'ended', ended_at = datetime('now') "
            f"where id = {session.pk}",
        )
        assert (await socket.closed())[0] == 4005
    until(lambda: pupil.stored == 1)


@pytest.mark.finding(19)
async def test_a_record_that_is_gone_from_the_database_closes_its_socket(
    server: Server, pupil: Pupil
) -> None:
    async with pupil.socket() as socket:
        number = socket.heard[0]["participant"]["id"]
        change(server, f"delete from class_sessions_connection where participant_id = {number}")
        change(server, f"delete from class_sessions_participant where id = {number}")
        assert (await socket.closed())[0] == 4010


async def test_frames_wait_for_the_start(server: Server, teacher: Teacher) -> None:
    session = teacher.open_session(live=False)
    async with Pupil(server, session.code).socket() as socket:
        assert socket.heard[0]["session"]["state"] == "planned"
        assert (await socket.frame(empty_frame()))["code"] == "not_live"
        await asyncio.to_thread(teacher.start, session.pk)
        assert (await socket.expect("session"))["state"] == "live"
        assert (await socket.frame(empty_frame()))["type"] == "result"


async def test_a_newer_connection_replaces_the_older_one(pupil: Pupil) -> None:
    async with pupil.socket() as older:
        await older.frame(empty_frame())
        async with pupil.socket() as newer:
            assert (await older.closed())[0] == 4001
            assert (await newer.frame(empty_frame()))["seq"] == 1
    until(lambda: pupil.stored == 2)


async def test_who_leaves_is_closed_and_keeps_the_record(pupil: Pupil) -> None:
    async with pupil.socket() as socket:
        await socket.frame(empty_frame())
        until(lambda: pupil.stored == 1)
        await asyncio.to_thread(pupil.leave)
        assert (await socket.closed())[0] == 4010
    async with pupil.socket(greet=False) as socket:
        assert (await socket.closed())[0] == 4010
    assert pupil.stored == 1


async def test_deleted_data_stays_deleted(server: Server, pupil: Pupil) -> None:
    async with pupil.socket() as socket:
        participant = socket.heard[0]["participant"]["id"]
        # Not stored yet, or just being stored, when the deletion comes.
        await socket.frame(empty_frame())
        await asyncio.to_thread(pupil.delete)
        assert (await socket.closed())[0] == 4010
    # What is stored later tells that the earlier samples have been dealt with.
    other = Pupil(server, pupil.code)
    async with other.socket() as socket:
        await socket.frame(empty_frame())
    until(lambda: other.stored == 1)
    rows = f"select count(*) from class_sessions_sample where participant_id = {participant}"
    assert server.query(rows) == [(0,)]


async def test_camera_state_and_attendance_are_stored(server: Server, pupil: Pupil) -> None:
    async with pupil.socket() as socket:
        participant = socket.heard[0]["participant"]["id"]
        await socket.say(type="camera", state="refused")
        await asyncio.sleep(1.2)
    state = f"select camera from class_sessions_participant where id = {participant}"
    until(lambda: server.query(state) == [("refused",)])
    stay = (
        "select count(*) from class_sessions_connection "
        f"where participant_id = {participant} and last_seen_at > opened_at"
    )
    until(lambda: server.query(stay) == [(1,)])


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", None], ids=["wrong", "null", "absent"]
)
async def test_only_our_own_pages_may_connect(
    server: Server, session: Session, origin: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(server, f"/ws/class/{session.code}/", origin=origin):
            pass
    assert refused.value.response.status_code == 403


async def test_another_address_is_no_socket(server: Server) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with open_socket(server, "/ws/nothing/"):
            pass
    assert refused.value.response.status_code == 403


async def test_no_frame_is_written_anywhere(server: Server, pupil: Pupil, face_jpeg: bytes) -> None:
    async with pupil.socket() as socket:
        assert (await socket.frame(face_jpeg))["type"] == "result"
    until(lambda: pupil.stored == 1)
    middle = face_jpeg[len(face_jpeg) // 2 :][:64]
    for file in server.data_dir.rglob("*"):
        if file.is_file() and "static" not in file.relative_to(server.data_dir).parts:
            assert middle not in file.read_bytes(), file
