"""Students who have joined once, as many of them at a time as a load takes."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Final

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from sessions.demo.browser import Browser, Plan
from sessions.demo.capacity.figures import Point, delays_s, percentiles_ms
from sessions.demo.capacity.overload import (
    AFTER_S,
    CALM_S,
    CROWD_S,
    Answers,
    Overload,
    overload_of,
)
from sessions.demo.capacity.own_site import OwnSite, TeacherBrowser
from sessions.demo.simulation import Outcome, SimulatedStudent, count_stored, film_of

OF_AN_ADDRESS: Final = 100
"""Students behind one address of this machine: a site lets only so many in from one."""
JOINING: Final = 4
LAST_TICKS_S: Final = 2.5


class Crowd:
    """A class at a site of its own; call its coroutines one at a time."""

    def __init__(self, site: OwnSite, videos: Sequence[Sequence[bytes]]) -> None:
        self._site = site
        self._videos = videos
        self._teacher = TeacherBrowser(site.url)
        self._session, code = self._teacher.start_class()
        self._plan = Plan(site.url, code, students=0, fps=1.0, seconds=0.0)
        self._browsers: list[Browser] = []
        self._stored = 0

    def join(self, students: int) -> None:
        """Let the class grow to so many. Raises SimulationError."""
        numbers = range(len(self._browsers), students)
        with ThreadPoolExecutor(JOINING) as threads:
            self._browsers += threads.map(self._join_one, numbers)

    def _join_one(self, number: int) -> Browser:
        browser = Browser(self._plan, f"127.0.1.{1 + number // OF_AN_ADDRESS}")
        browser.join(f"Simulated {number + 1:04d}")
        return browser

    async def load(self, students: int, seconds: float) -> Point:
        """Have the first so many send a frame a second, and a dashboard watch them."""
        plan = replace(self._plan, students=students, seconds=seconds)
        outcome, answers = Outcome(), [Answers() for _ in range(students)]
        shown: list[tuple[float, int]] = []
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch(shown))
            await asyncio.sleep(1.0)
            before, own, began = self._site.usage(), time.process_time(), time.monotonic()
            async with asyncio.TaskGroup() as attending:
                for number, noted in enumerate(answers):
                    student = self._student(plan, number, outcome)
                    attending.create_task(student.attend(began + 0.5, noted.note))
            took = time.monotonic() - began
            after, own = self._site.usage(), time.process_time() - own
            await asyncio.sleep(LAST_TICKS_S)
            watching.cancel()
        stored = await self._count_stored(outcome.answered)
        counts = [len(one.results) for one in answers]
        results = [at for one in answers for at in one.results]
        figures = outcome.summary()
        return Point(
            students=students,
            wanted=round(students * plan.fps * seconds),
            sent=outcome.sent,
            answered=outcome.answered,
            shed=outcome.shed,
            errors=outcome.errors.total(),
            stored=stored,
            frames_per_second=figures["frames_per_second"],
            rtt_ms=figures["rtt_ms"],
            dashboard_ms=percentiles_ms(delays_s(results, shown)),
            cpu_server=round((after.cpu_s - before.cpu_s) / took, 2),
            cpu_generator=round(own / took, 2),
            memory_mb=round(after.memory_mb, 1),
            least=min(counts),
            most=max(counts),
        )

    def _student(self, plan: Plan, number: int, outcome: Outcome) -> SimulatedStudent:
        place = number / plan.students
        film = film_of(self._videos[number % len(self._videos)], place)
        browser = self._browsers[number]
        return SimulatedStudent(plan, "", film, place / plan.fps, outcome, browser)

    async def overload(self, calm: int, students: int) -> Overload:
        """Have some send all the time, and for a while so many that it is too much."""
        plan = replace(self._plan, students=students)
        outcome, answers = Outcome(), [Answers() for _ in range(students)]
        began = time.monotonic() + 0.5
        crowd_at = began + CALM_S
        before = 0.0
        async with asyncio.TaskGroup() as group:
            for number, noted in enumerate(answers):
                stays = CALM_S + CROWD_S + AFTER_S if number < calm else CROWD_S
                student = self._student(replace(plan, seconds=stays), number, outcome)
                begin_at = began if number < calm else crowd_at
                group.create_task(student.attend(begin_at, noted.note))
            await asyncio.sleep(CALM_S)
            before = self._site.usage().memory_mb
        memory = self._site.usage().memory_mb - before
        await asyncio.sleep(LAST_TICKS_S)
        stored = await self._count_stored(outcome.answered)
        return overload_of(answers, calm, crowd_at, memory, outcome, stored)

    async def _count_stored(self, expected: int) -> int:
        """Samples stored since the load before."""
        before = self._stored
        browsers = self._browsers
        self._stored = await asyncio.to_thread(count_stored, browsers, before + expected)
        return self._stored - before

    async def _watch(self, shown: list[tuple[float, int]]) -> None:
        """A teacher's dashboard: note after each tick how many frames it has counted so far."""
        url = self._site.url.replace("http", "ws", 1)
        async with connect(
            f"{url}/ws/dashboard/{self._session}/",
            origin=Origin(self._site.url),
            additional_headers={"Cookie": self._teacher.cookies},
            max_size=None,
        ) as socket:
            counted: dict[int, int] = {}
            first = 0
            with suppress(ConnectionClosed):
                while True:
                    message = json.loads(await socket.recv())
                    if message["type"] == "snapshot":
                        series = message["series"]
                        counted = dict(zip(series["t"], series["samples"], strict=True))
                        first = sum(counted.values())
                    elif message["type"] == "tick":
                        counted |= {one["t"]: one["samples"] for one in message["buckets"]}
                        shown.append((time.monotonic(), sum(counted.values()) - first))
