"""Parts of a serving process are ended while a class of twenty is taught."""

from __future__ import annotations

import asyncio
import sqlite3
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any

import pytest

from sessions.demo.browser import Plan
from sessions.demo.simulation import Outcome, simulate
from tests.classroom import Socket, Teacher, empty_frame, open_socket
from tests.server import Server, running_server

STUDENTS = 20
SECONDS = 40.0
"""Longer than what is broken of a class takes, which is some ten."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server(application="tests.faults:application", POLICY="presence") as server:
        yield server


@dataclass
class Class:
    """A server that teaches twenty, and who watches it."""

    server: Server
    dashboard: Socket

    async def end(self, what: str) -> None:
        """End a task or thread: KIND/NAME."""
        url = f"{self.server.base_url}/fault/{what.replace(' ', '%20')}"
        await asyncio.to_thread(lambda: urllib.request.urlopen(url, timeout=20).close())

    async def shows(self, trouble: str) -> None:
        """Wait until the dashboard and /readyz say so."""
        await self.dashboard.expect_that(lambda said: trouble in said.get("trouble", ()))

    async def says_unready(self, part: str) -> None:
        async with asyncio.timeout(20):
            while (await self.health())["parts"][part]["ok"]:
                await asyncio.sleep(0.1)

    async def recovers(self) -> None:
        async with asyncio.timeout(20):
            while not (await self.health())["ready"]:
                await asyncio.sleep(0.1)
        await self.dashboard.expect_that(lambda said: said.get("trouble") == [])

    async def health(self) -> dict[str, Any]:
        return await asyncio.to_thread(self.server.health)


@asynccontextmanager
async def watching(teacher: Teacher, pk: int) -> AsyncIterator[Socket]:
    """A dashboard that says something now and then, as a page does."""
    async with open_socket(teacher.server, f"/ws/dashboard/{pk}/", teacher.cookies) as dashboard:

        async def ping() -> None:
            while True:
                await dashboard.say(type="ping")
                await asyncio.sleep(5)

        pings = asyncio.create_task(ping())
        try:
            yield dashboard
        finally:
            pings.cancel()


async def test_whatever_is_ended_no_acknowledged_sample_is_lost_and_it_is_shown(
    server: Server,
) -> None:
    teacher = await asyncio.to_thread(Teacher, server)
    session = await asyncio.to_thread(teacher.open_session)
    async with watching(teacher, session.pk) as dashboard:
        plan = Plan(server.base_url, session.code, STUDENTS, 1.0, SECONDS)
        frames = [[empty_frame()]]
        running = asyncio.create_task(simulate(plan, frames, lambda *_: None))
        await dashboard.expect_that(lambda said: said.get("connected") == STUDENTS)
        await break_everything(Class(server, dashboard))
        outcome: Outcome = await running
    # The student whose task was ended connected again, as a page does.
    assert (outcome.reconnects, outcome.errors) == (1, {})
    assert outcome.stored == outcome.answered > STUDENTS * SECONDS / 2
    assert (await asyncio.to_thread(server.health))["restarts"] == 3


async def break_everything(taught: Class) -> None:
    # What needs a class goes first: on a slow machine it ends before all is broken.
    async with locked(taught.server):
        await asyncio.gather(taught.shows("database"), taught.says_unready("recorder"))
    await taught.recovers()

    await taught.end("task/frames of a student")
    for part in ("thread/batcher", "task/beat", "thread/recorder"):
        await taught.end(part)
        await asyncio.gather(taught.shows("tasks"), taught.says_unready("tasks"))
        await taught.recovers()


@asynccontextmanager
async def locked(server: Server) -> AsyncIterator[None]:
    """Nobody else writes into the database."""
    path = server.environ["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")
