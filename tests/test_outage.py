"""What visitors are told while a store is away, and that classes go on."""

import asyncio
import sqlite3
import time
import urllib.error
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from tests.classroom import Client, Pupil, Teacher, empty_frame, until
from tests.conftest import skip_or_fail
from tests.postgres import Postgres
from tests.redis_server import program, running_redis
from tests.server import Server, running_server

AT_ONCE_S = 6


def status_of(server: Server, path: str) -> tuple[int, str, float]:
    """Status, text and seconds of a page."""
    began = time.monotonic()
    try:
        with urllib.request.urlopen(server.base_url + path, timeout=30) as page:
            return page.status, page.read().decode(), time.monotonic() - began
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), time.monotonic() - began


@pytest.mark.finding(17)
async def test_joining_while_the_database_is_locked_says_so_and_the_class_goes_on() -> None:
    with running_server(POLICY="presence") as server:
        session = Teacher(server).open_session()
        pupil, late = Pupil(server, session.code), Client(server)
        path = server.environ["DATABASE_URL"].removeprefix("sqlite:///")
        late.get(f"/join/{session.code}/")
        async with pupil.socket() as socket:
            with closing(sqlite3.connect(path, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                began = time.monotonic()
                with pytest.raises(urllib.error.HTTPError) as refused:
                    await asyncio.to_thread(
                        late.post, f"/join/{session.code}/", display_name="Eve", consent="on"
                    )
                assert time.monotonic() - began < AT_ONCE_S
                assert refused.value.code == 503
                assert refused.value.headers["Retry-After"]
                assert "cannot reach its database" in refused.value.read().decode()
                assert (await socket.frame(empty_frame()))["type"] == "result"
                other.execute("ROLLBACK")
            late.post(f"/join/{session.code}/", display_name="Eve", consent="on")
        until(lambda: pupil.stored == 1)


@pytest.mark.finding(17)
@pytest.mark.finding(18)
async def test_without_its_database_pages_say_so_at_once_and_the_class_goes_on(
    postgres_server: Postgres,
) -> None:
    url = postgres_server.new_database("outage")
    with running_server(DATABASE_URL=url, POLICY="presence") as server:
        teacher = Teacher(server)
        session = teacher.open_session()
        pupil = Pupil(server, session.code)
        async with pupil.socket() as socket:
            postgres_server.stop()
            try:
                until(lambda: not server.health()["parts"]["database"]["ok"])
                assert server.health()["ready"] is False
                assert status_of(server, "/healthz")[0] == 200
                for page in (f"/join/{session.code}/", "/accounts/login/", "/"):
                    code, text, took = status_of(server, page)
                    assert (code, took < AT_ONCE_S) == (503, True), page
                    assert "cannot reach its database" in text
                assert (await socket.frame(empty_frame()))["type"] == "result"
            finally:
                postgres_server.start()
            until(lambda: server.health()["ready"] is True)
            assert status_of(server, f"/join/{session.code}/")[0] == 200
        until(lambda: pupil.stored == 1)


@pytest.mark.finding(17)
async def test_without_redis_a_class_goes_on_and_its_end_is_noticed() -> None:
    server_program = program()
    if server_program is None:
        skip_or_fail("Redis is not installed: apt-get install redis-server")
    with running_redis(server_program) as first:
        url = first
        with running_server(REDIS_URL=url, POLICY="presence") as server:
            teacher = Teacher(server)
            session = teacher.open_session()
            pupil = Pupil(server, session.code)
            async with pupil.socket() as socket:
                await socket.frame(empty_frame())
                # Everything that is asked of Redis hangs from here on.
                freeze(url)
                until(lambda: not server.health()["parts"]["messages"]["ok"])
                code, _, took = status_of(server, f"/join/{session.code}/")
                assert code == 200
                assert took < AT_ONCE_S
                assert (await socket.frame(empty_frame()))["type"] == "result"
                await asyncio.to_thread(teacher.end, session.pk)
                assert (await socket.closed())[0] == 4005
            until(lambda: pupil.stored == 2)


def freeze(url: str) -> None:
    """Let Redis take connections and answer nothing for a minute."""
    import redis

    with redis.Redis.from_url(url) as client:
        client.execute_command("CLIENT", "PAUSE", "60000", "ALL")


@pytest.mark.finding(18)
def test_the_page_of_failure_needs_no_static_manifest(tmp_path: Path) -> None:
    with running_server(POLICY="presence") as server:
        (server.data_dir / "static").unlink()
        (server.data_dir / "static").mkdir()
        server.stop()
        server.start()
        server.wait_until_ready()
        code, text, _ = status_of(server, "/")
        assert code == 500
        assert "Something went wrong on our side" in text
