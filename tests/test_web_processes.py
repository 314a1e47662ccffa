"""One address, several processes: who connects there is shared out, and one may die."""

from __future__ import annotations

import asyncio
import configparser
import contextlib
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import psutil
import pytest
from websockets.exceptions import ConnectionClosed

from engagement_site.web_processes import WebProcesses, from_environment
from tests.classroom import Pupil, Teacher, empty_frame, open_socket, until
from tests.server import ROOT, Server


class ManyServers(Server):
    """Two processes behind one port, by the command of `make run`."""

    def start(self) -> None:
        with (self.data_dir / f"server-{self.port}.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "engagement_site.web_processes"],
                cwd=ROOT, env=self.environ, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def workers(self) -> dict[int, psutil.Process]:
        """By the port that each alone answers at."""
        assert self.process is not None
        found: dict[int, psutil.Process] = {}
        for process in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                line = " ".join(process.cmdline())
                found |= {
                    p: process for p in (self.port + 1, self.port + 2) if f":port={p}:" in line
                }
        return found


def answers(port: int) -> bool:
    """Whether a process is ready."""
    address = f"http://127.0.0.1:{port}/readyz"
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


@pytest.fixture(scope="module")
def servers(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManyServers]:
    """Without emotion: it starts sooner."""
    environ = {"REDIS_URL": redis_url, "POLICY": "presence", "WEB_PROCESSES": "2"}
    server = ManyServers(tmp_path_factory.mktemp("many"), environ)
    server.manage("migrate", "--noinput")
    server.manage("collectstatic", "--noinput")
    server.start()
    try:
        until(lambda: answers(server.port + 1) and answers(server.port + 2), 120)
        yield server
    finally:
        server.stop()


async def test_a_class_goes_on_when_one_of_its_processes_dies(servers: ManyServers) -> None:
    teacher = Teacher(servers)
    session = teacher.open_session()
    pupils = [Pupil(servers, session.code, f"Pupil {number}") for number in range(12)]
    answered = 0
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(pupil.socket()) for pupil in pupils]
        for socket in sockets:
            await socket.say(type="camera", state="on")
            answered += (await socket.frame(empty_frame()))["type"] == "result"
        # Whichever of the two it comes to, a dashboard sees the students of both.
        path = f"/ws/dashboard/{session.pk}/"
        async with open_socket(servers, path, teacher.cookies) as board:
            await board.expect_that(lambda m: m["type"] == "tick" and m["connected"] == 12)
        rows = f"from class_sessions_sample where session_id = {session.pk}"
        # What was answered before the death is stored; a second later nothing of it waits.
        until(lambda: servers.query(f"select count(*) {rows}") == [(answered,)])
        before = servers.workers()
        lost = before[servers.port + 1]
        lost.send_signal(signal.SIGKILL)
        moved = []
        for pupil, socket in zip(pupils, sockets, strict=True):
            try:
                answered += (await socket.frame(empty_frame()))["type"] == "result"
            except (ConnectionClosed, TimeoutError):
                moved.append(pupil)
        assert 0 < len(moved) < 12
        for pupil in moved:
            again = await stack.enter_async_context(pupil.socket())
            answered += (await again.frame(empty_frame()))["type"] == "result"
        assert answered == 24
    until(lambda: servers.query(f"select count(*) {rows}") == [(answered,)])
    await asyncio.to_thread(until, lambda: answers(servers.port + 1), 60)
    assert servers.workers()[servers.port + 1].pid != lost.pid


def test_the_configuration_survives_odd_paths(tmp_path: Path) -> None:
    web = WebProcesses(3, "127.0.0.1", 9000, tmp_path / "100 % ours")
    parser = configparser.RawConfigParser()
    parser.read_string(web.configuration())
    assert parser["supervisord"]["pidfile"].endswith("100 %% ours/supervisord.pid")
    assert parser["fcgi-program:web"]["socket"] == "tcp://127.0.0.1:9000"
    assert list(web.own_ports) == [9001, 9002, 9003]


@pytest.mark.parametrize(
    ("count", "redis", "reason"),
    [("2", "", "needs REDIS_URL"), ("0", "", "1 to 64"), ("many", "", "1 to 64")],
)
def test_what_cannot_be_served_is_said(
    monkeypatch: pytest.MonkeyPatch, count: str, redis: str, reason: str
) -> None:
    monkeypatch.setenv("WEB_PROCESSES", count)
    monkeypatch.setenv("REDIS_URL", redis)
    with pytest.raises(ValueError, match=reason):
        from_environment()


def test_without_redis_the_command_ends_and_says_what_to_do(tmp_path: Path) -> None:
    environ = {**os.environ, "WEB_PROCESSES": "2", "REDIS_URL": "", "DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-m", "engagement_site.web_processes"],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "WEB_PROCESSES=2 needs REDIS_URL" in done.stderr
