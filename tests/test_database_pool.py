"""PgBouncer lends connections by transaction, and the site neither notices nor loses anything."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.classroom import Pupil, Teacher, empty_frame, until
from tests.conftest import skip_or_fail
from tests.postgres import Postgres, unprivileged
from tests.server import free_port, running_server

FEW = 3
"""Connections to PostgreSQL, for a process with many threads."""


@pytest.fixture
def pooled_url(postgres_server: Postgres) -> Iterator[str]:
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        skip_or_fail("PgBouncer is not installed: apt-get install pgbouncer")
    postgres_server.new_database("pooled")
    port = free_port()
    config = Path("/tmp") / f"pgbouncer-{port}.ini"
    config.write_text(
        "[databases]\n"
        f"pooled = host=127.0.0.1 port={postgres_server.port} dbname=pooled user=tests\n"
        "[pgbouncer]\n"
        f"listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
        f"pool_mode = transaction\ndefault_pool_size = {FEW}\nserver_reset_query_always = 1\n"
    )
    config.chmod(0o644)
    process = subprocess.Popen([program, str(config)], user=unprivileged(), cwd="/")
    url = f"postgres://tests@127.0.0.1:{port}/pooled"
    try:
        _wait(url)
        yield url
    finally:
        process.terminate()
        process.wait(20)
        config.unlink()


def _wait(url: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


async def test_a_class_and_its_exports_share_a_few_connections(pooled_url: str) -> None:
    environ = {"DATABASE_URL": pooled_url, "DATABASE_POOLED": "1", "POLICY": "presence"}
    with running_server(**environ) as server:
        teacher = Teacher(server)
        session = teacher.open_session()
        answered = 0
        async with AsyncExitStack() as stack:
            for number in range(6):
                pupil = Pupil(server, session.code, f"Pupil {number}")
                socket = await stack.enter_async_context(pupil.socket())
                await socket.say(type="camera", state="on")
                for _ in range(5):
                    answered += (await socket.frame(empty_frame()))["type"] == "result"
        rows = f"select count(*) from class_sessions_sample where session_id = {session.pk}"
        until(lambda: server.query(rows) == [(answered,)])
        assert answered == 30
        teacher.end(session.pk)
        path = f"{server.base_url}/sessions/{session.pk}/export"
        cookies = {"Cookie": teacher.cookies}
        async with httpx.AsyncClient(headers=cookies, timeout=60) as client:
            answers = await asyncio.gather(
                *(client.get(f"{path}/{kind}/") for kind in ("csv", "xlsx", "json", "csv"))
            )
        assert {answer.status_code for answer in answers} == {200}
        csvs = [a.text for a in answers if "csv" in a.headers["Content-Type"]]
        assert csvs
        assert all(len(text.strip().splitlines()) == 31 for text in csvs)
        assert server.health()["ready"]
