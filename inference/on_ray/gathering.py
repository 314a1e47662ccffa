"""Frames of one process that wait for a call to a replica: the busier, the more to a call."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from inference.analysis import AnalysisFailed, Shed
from inference.on_ray.replica import MAX_BATCH, Answer
from inference.pipeline import FrameResult
from inference.stages import Timer
from inference.waiting import Job, Waiting

logger = logging.getLogger(__name__)

MAX_WAIT_S: Final = 0.4
"""A frame that waits longer is shed."""
MAX_QUEUE: Final = 512
BUSY: Final = "The server is busy: more frames wait than it can answer."
FAILED: Final = "The analysis failed; Ray's log has the reason."

Ask = Callable[[list[bytes]], Awaitable[list[Answer]]]


class Gathering:
    """For one event loop.

    Members and groups take turns (see inference.waiting). ask: one call to a replica; it raises
    Shed or AnalysisFailed for all of its frames. lanes: calls under way at most; while they are,
    frames gather.
    """

    def __init__(self, ask: Ask, stages: Timer, lanes: int) -> None:
        self.lanes = lanes
        self._ask = ask
        self._stages = stages
        self._waiting = Waiting()
        self._calls: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._waiting)

    async def analyse(self, jpeg: bytes, *, group: int, member: int) -> FrameResult:
        """See inference.analysis.Analysis. Raises FrameError, Shed and AnalysisFailed."""
        loop = asyncio.get_running_loop()
        job = Job(jpeg, loop.create_future(), loop, time.monotonic(), group, member)
        older = self._waiting.put(job)
        if older is not None:
            older.settle(Shed("A newer frame took its place."))
        if len(self._waiting) > MAX_QUEUE:
            self._waiting.drop().settle(Shed(BUSY))
        self._call()
        return await job.future

    def _call(self) -> None:
        """Send what waits, as long as there is a lane."""
        while len(self._waiting) and len(self._calls) < self.lanes:
            jobs = [job for job in self._waiting.take(MAX_BATCH) if self._is_fresh(job)]
            if jobs:
                task = asyncio.create_task(self._answer(jobs))
                self._calls.add(task)
                task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._calls.discard(task)
        self._call()

    def _is_fresh(self, job: Job) -> bool:
        if job.future.done():
            return False
        waited = time.monotonic() - job.arrived
        if waited > MAX_WAIT_S:
            job.settle(Shed(BUSY))
            return False
        return True

    async def _answer(self, jobs: list[Job]) -> None:
        began = time.monotonic()
        try:
            answers = await self._ask([job.jpeg for job in jobs])
        except Exception as error:
            if not isinstance(error, (Shed, AnalysisFailed)):
                logger.exception("A call of %d frames failed", len(jobs))
                error = AnalysisFailed(FAILED)
            for job in jobs:
                job.settle(type(error)(*error.args))
            return
        took = time.monotonic() - began
        for job, answer in zip(jobs, answers, strict=True):
            for stage, seconds in answer.seconds.items():
                self._stages.note(stage, seconds)
            self._stages.note("hop", max(0.0, took - sum(answer.seconds.values())))
            seen = answer.seen
            job.settle(AnalysisFailed(FAILED) if seen is None else seen)
