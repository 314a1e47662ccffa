"""Many students' frames, gathered into batches by one thread, with a second one watching it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from inference.analysis import COUNTED, AnalysisFailed, Shed
from inference.capacity import Capacity, Sizes
from inference.frames import FrameError
from inference.pipeline import FrameResult
from inference.stages import Stages
from inference.threads import be_nice
from inference.waiting import Job, Waiting

logger = logging.getLogger(__name__)

LOOK_EVERY_S: Final = 0.25
LOOK_FOR_ROOM_EVERY_S: Final = 0.02


class Analyser(Protocol):
    """What the batcher needs of a pipeline."""

    def analyse(self, frames: Sequence[bytes]) -> list[FrameResult | FrameError]:
        """One answer for each frame, in the same order."""
        ...

    def renew(self) -> None:
        """Go on with fresh threads: a call of analyse() hangs and is given up."""
        ...


@dataclass(slots=True, eq=False)
class _Batch:
    """Jobs under way; settled at most once, by whoever is first: the thread or the watchdog."""

    jobs: list[Job]
    began: float


class Batcher:
    """Runs a pipeline on a thread of its own, one batch at a time.

    workers: frames that are looked at side by side, so that a smaller batch is no quicker.
    A batch starts when max_batch frames wait, or as many as can be answered within batch_s at
    the measured rate, or when the oldest has waited max_wait_s. No more wait than can be answered
    within target_s (and never more than max_queue); the others are shed at once, fairly (see
    Waiting), and so is a frame older than max_age_s: its answer would be about the past. A batch
    that takes longer than limit_s is given up: its frames are shed and a new thread goes on.
    stages: takes down how long frames wait.
    """

    def __init__(
        self,
        pipeline: Analyser,
        workers: int = 2,
        max_batch: int = 16,
        max_wait_s: float = 0.005,
        batch_s: float = 0.2,
        max_age_s: float = 1.0,
        target_s: float = 0.4,
        max_queue: int = 256,
        limit_s: float = 10.0,
        stages: Stages | None = None,
    ) -> None:
        if max_batch < 1 or max_queue < 1:
            raise ValueError(
                f"max_batch and max_queue must be at least 1, got {max_batch} and {max_queue}"
            )
        self._pipeline = pipeline
        self._max_wait_s = max_wait_s
        self._max_age_s = max_age_s
        self._limit_s = limit_s
        self._stages = stages or Stages()
        self._waiting = Waiting()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._watchdog: threading.Thread | None = None
        self._batch: _Batch | None = None
        self._capacity = Capacity()
        self._sizes = Sizes(self._capacity, workers, max_batch, batch_s, max_queue, target_s)
        self._counts: Counter[str] = Counter()
        self._last_batch_size = 0
        self._last_batch_ms = 0.0
        self._busy_s = 0.0
        self._is_healthy = True

    def start(self) -> None:
        """Start the threads; a second call changes nothing."""
        with self._changed:
            if self._thread is None:
                self._start_thread()
                self._watchdog = threading.Thread(target=self._watch, name="watchdog", daemon=True)
                self._watchdog.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Shed what waits, let the running batch end and wait for the thread to go."""
        with self._changed:
            thread, self._thread, self._watchdog = self._thread, None, None
            waiting = self._waiting.drop_all()
            self._changed.notify_all()
        for job in waiting:
            self._shed(job, "The server is stopping.")
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    async def analyse(self, jpeg: bytes, *, group: int, member: int) -> FrameResult:
        """Analyse one frame of a member of a group in the next batch.

        Raises FrameError for a frame that cannot be read, Shed for one that was not looked
        at, and AnalysisFailed when looking at it failed. Cancelling is safe at any time.
        """
        loop = asyncio.get_running_loop()
        job = Job(jpeg, loop.create_future(), loop, time.monotonic(), group, member)
        with self._changed:
            if self._thread is None:
                raise Shed("The analysis is not running.")
            self._counts["submitted"] += 1
            older = self._waiting.put(job)
            too_many = len(self._waiting) - self._sizes.queue(time.monotonic())
            displaced = [self._waiting.drop() for _ in range(too_many)]
            self._changed.notify_all()
        if older is not None:
            self._shed(older, "A newer frame took its place.")
        for other in displaced:
            self._shed(other, "The server is busy: more frames wait than it can answer.")
        result = await job.future
        self._stages.note("hop", time.monotonic() - job.settled)
        return result

    @property
    def is_healthy(self) -> bool:
        """Whether the thread lives and the last batch came to an end."""
        with self._changed:
            return self._is_healthy and self._thread is not None and self._thread.is_alive()

    def wait_for_room(self, within_s: float) -> bool:
        """Block until no more frames wait than the next batch takes; False where they still do."""
        until = time.monotonic() + within_s
        while True:
            with self._changed:
                if len(self._waiting) <= self._sizes.batch(time.monotonic()):
                    return True
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_FOR_ROOM_EVERY_S)

    def capacity(self) -> float | None:
        """Frames a second that can be answered; None as long as that was not put to the test."""
        with self._changed:
            return self._capacity.per_s(time.monotonic())

    def stats(self) -> dict[str, int | float]:
        """Counters since the start, and the queue and the last batch as they are now.

        Frames: submitted = answered + rejected (unreadable) + shed + failed + abandoned (their
        student left) + those under way. hung: batches given up. busy_seconds: time spent in
        batches, all together.
        """
        with self._changed:
            return {name: self._counts[name] for name in COUNTED} | {
                "queue_length": len(self._waiting),
                "last_batch_size": self._last_batch_size,
                "last_batch_ms": round(self._last_batch_ms, 3),
                "busy_seconds": round(self._busy_s, 3),
            }

    # The thread that analyses ------------------------------------------------------------------

    def _start_thread(self) -> None:
        """The caller holds the lock."""
        self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        be_nice()
        me = threading.current_thread()
        while True:
            with self._changed:
                self._gather(me)
                if self._thread is not me:
                    return
                jobs = self._waiting.take(self._sizes.batch(time.monotonic()))
                batch = self._batch = _Batch(jobs, time.monotonic())
            batch.jobs = [job for job in jobs if self._is_fresh(job)]
            if batch.jobs:
                self._run(batch)
            with self._changed:
                if self._batch is batch:
                    self._batch = None

    def _gather(self, me: threading.Thread) -> None:
        """Wait, holding the lock, until a batch is due or this thread is no longer wanted."""
        while self._thread is me:
            left = None
            oldest = self._waiting.oldest()
            if oldest is not None:
                left = oldest + self._max_wait_s - time.monotonic()
                if len(self._waiting) >= self._sizes.batch(time.monotonic()) or left <= 0:
                    return
            self._changed.wait(left)

    def _is_fresh(self, job: Job) -> bool:
        if job.future.done():
            with self._changed:
                self._counts["abandoned"] += 1
            return False
        age = time.monotonic() - job.arrived
        if age > self._max_age_s:
            self._shed(job, f"The frame waited {age:.1f} s and is out of date.")
            return False
        self._stages.note("queue", age)
        return True

    def _run(self, batch: _Batch) -> None:
        """Run a batch; when it fails, each frame alone, so that one frame fails no other."""
        jobs = batch.jobs
        answers: list[FrameResult | FrameError] = []
        try:
            answers = self._pipeline.analyse([job.jpeg for job in jobs])
        except Exception as error:
            logger.exception("A batch of %d frames failed", len(jobs))
            self._run_alone(batch, error)
            return
        if self._end(batch):
            for job, answer in zip(jobs, answers, strict=True):
                self._answer(job, answer)

    def _run_alone(self, batch: _Batch, reason: Exception) -> None:
        if len(batch.jobs) == 1:
            if self._end(batch):
                failure = AnalysisFailed("The analysis failed; the server's log has the reason.")
                failure.__cause__ = reason
                self._settle(batch.jobs[0], "failed", failure)
            return
        if not self._end(batch):
            return
        for job in batch.jobs:
            alone = _Batch([job], time.monotonic())
            with self._changed:
                if self._thread is not threading.current_thread():
                    return
                self._batch = alone
            self._run(alone)

    def _end(self, batch: _Batch) -> bool:
        """Note the end of a batch; False where the watchdog has given it up."""
        with self._changed:
            if self._batch is not batch:
                return False
            now = time.monotonic()
            seconds = now - batch.began
            self._batch = None
            self._is_healthy = True
            self._counts["batches"] += 1
            self._last_batch_size = len(batch.jobs)
            self._last_batch_ms = seconds * 1000
            self._busy_s += seconds
            if 2 * len(batch.jobs) >= self._sizes.batch(now):
                self._capacity.note(len(batch.jobs), seconds, now)
            else:
                self._capacity.note_small(len(batch.jobs), seconds, now)
            return True

    # The thread that watches -------------------------------------------------------------------

    def _watch(self) -> None:
        me = threading.current_thread()
        while True:
            time.sleep(LOOK_EVERY_S)
            with self._changed:
                if self._thread is None or self._watchdog is not me:
                    return
                batch = self._batch
                is_dead = not self._thread.is_alive()
                is_late = batch is not None and time.monotonic() - batch.began > self._limit_s
                if not is_dead and not is_late:
                    continue
                self._batch, self._is_healthy = None, False
                self._counts["restarts"] += 1
                self._counts["hung"] += is_late
                if is_late:
                    self._pipeline.renew()
                self._start_thread()
            logger.critical("The analysis %s; it was started again", "died" if is_dead else "hung")
            for job in batch.jobs if batch else ():
                self._shed(job, "The analysis hung and was started again. Send the next frame.")

    # Answers -----------------------------------------------------------------------------------

    def _answer(self, job: Job, answer: FrameResult | FrameError) -> None:
        outcome = "rejected" if isinstance(answer, FrameError) else "answered"
        self._settle(job, outcome, answer)

    def _shed(self, job: Job, reason: str) -> None:
        self._settle(job, "shed", Shed(reason))

    def _settle(self, job: Job, outcome: str, answer: FrameResult | Exception) -> None:
        with self._changed:
            self._counts[outcome] += 1
        job.settle(answer)
