"""Two Daphne processes with one database and one Redis: everybody hears of everybody."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.classroom import Pupil, Teacher, empty_frame, open_socket, until
from tests.server import Server, running_server


@pytest.fixture(scope="module")
def pair(redis_url: str) -> Iterator[tuple[Server, Server]]:
    """Without emotion: it starts sooner, and what goes between processes is the same."""
    with running_server(REDIS_URL=redis_url, POLICY="presence") as first:
        second = Server(first.data_dir, {"REDIS_URL": redis_url, "POLICY": "presence"})
        try:
            second.start()
            second.wait_until_ready()
            yield first, second
        finally:
            second.stop()


def at(server: Server, somebody: Pupil) -> Pupil:
    """The same browser, now at the other process."""
    somebody.server = server
    return somebody


async def test_a_dashboard_sees_the_students_of_the_other_process(
    pair: tuple[Server, Server],
) -> None:
    first, second = pair
    teacher = Teacher(first)
    session = teacher.open_session()
    pupil = Pupil(second, session.code, "Ada")
    async with open_socket(first, f"/ws/dashboard/{session.pk}/", teacher.cookies) as dashboard:
        assert (await dashboard.hear())["policy"] == "presence"
        async with pupil.socket() as student:
            await student.say(type="camera", state="on")
            answer = await student.frame(empty_frame())
            assert (answer["faces"], answer["probabilities"]) == (0, None)
            await dashboard.expect_that(
                lambda m: m["type"] == "tick" and m["connected"] == 1 and m["faces"] == 0
            )
            await asyncio.to_thread(teacher.end, session.pk)
            assert (await student.closed())[0] == 4005
        assert (await dashboard.expect("session"))["state"] == "ended"
    until(lambda: pupil.stored == 1)


async def test_a_newer_connection_at_another_process_replaces_the_older_one(
    pair: tuple[Server, Server],
) -> None:
    first, second = pair
    session = Teacher(first).open_session()
    pupil = Pupil(first, session.code)
    async with pupil.socket() as older, at(second, pupil).socket() as newer:
        assert (await older.closed())[0] == 4001
        assert (await newer.frame(empty_frame()))["type"] == "result"


async def test_deleting_at_one_process_closes_and_forgets_at_the_other(
    pair: tuple[Server, Server],
) -> None:
    first, second = pair
    session = Teacher(first).open_session()
    pupil, other = Pupil(second, session.code), Pupil(second, session.code)
    async with pupil.socket() as socket, other.socket() as staying:
        await socket.frame(empty_frame())
        await staying.frame(empty_frame())
        await asyncio.to_thread(at(first, pupil).delete)
        assert (await socket.closed())[0] == 4010
        until(lambda: other.stored == 1)
        await staying.frame(empty_frame())
        until(lambda: other.stored == 2)
    rows = f"select count(*) from class_sessions_sample where session_id = {session.pk}"
    assert first.query(rows) == [(2,)]
