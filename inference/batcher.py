"""Many students' frames, gathered into batches by one thread."""

import asyncio
import contextlib
import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from inference.frames import FrameError
from inference.pipeline import FrameResult

logger = logging.getLogger(__name__)


class Shed(Exception):
    """The frame was not looked at: it grew too old, too many wait, or the server is stopping."""


class AnalysisFailed(RuntimeError):
    """The analysis of this frame failed inside; the log has the reason."""


class Analyser(Protocol):
    """What the batcher needs of a pipeline."""

    def analyse(self, frames: Sequence[bytes]) -> list[FrameResult | FrameError]:
        """One answer for each frame, in the same order."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    jpeg: bytes
    future: asyncio.Future[FrameResult]
    loop: asyncio.AbstractEventLoop
    arrived: float


class Batcher:
    """Runs a pipeline on a thread of its own, one batch at a time.

    A batch starts when max_batch frames wait or the oldest has waited max_wait_s. A frame
    older than max_age_s is shed, and so is the oldest when more than max_queue wait: its
    answer would be about the past.
    """

    def __init__(
        self,
        pipeline: Analyser,
        max_batch: int = 16,
        max_wait_s: float = 0.005,
        max_age_s: float = 3.0,
        max_queue: int = 256,
    ) -> None:
        if max_batch < 1 or max_queue < 1:
            raise ValueError(
                f"max_batch and max_queue must be at least 1, got {max_batch} and {max_queue}"
            )
        self._pipeline = pipeline
        self._max_batch = max_batch
        self._max_wait_s = max_wait_s
        self._max_age_s = max_age_s
        self._max_queue = max_queue
        self._jobs: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._counts: Counter[str] = Counter()
        self._last_batch_size = 0
        self._last_batch_ms = 0.0
        self._busy_s = 0.0

    def start(self) -> None:
        """Start the thread; a second call changes nothing."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)
                self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Shed what waits, let the running batch end and wait for the thread to go."""
        with self._changed:
            thread, self._thread = self._thread, None
            waiting = list(self._jobs)
            self._jobs.clear()
            self._changed.notify_all()
        for job in waiting:
            self._shed(job, "The server is stopping.")
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout_s)

    async def analyse(self, jpeg: bytes) -> FrameResult:
        """Analyse one frame in the next batch.

        Raises FrameError for a frame that cannot be read, Shed for one that was not looked
        at, and AnalysisFailed when looking at it failed. Cancelling is safe at any time.
        """
        loop = asyncio.get_running_loop()
        job = _Job(jpeg, loop.create_future(), loop, time.monotonic())
        displaced = None
        with self._changed:
            if self._thread is None:
                raise Shed("The analysis is not running.")
            self._counts["submitted"] += 1
            if len(self._jobs) >= self._max_queue:
                displaced = self._jobs.popleft()
            self._jobs.append(job)
            self._changed.notify_all()
        if displaced is not None:
            self._shed(displaced, "Too many frames wait; newer ones went first.")
        return await job.future

    def stats(self) -> dict[str, int | float]:
        """Counters since the start, and the queue and the last batch as they are now.

        Frames: submitted = answered + rejected (unreadable) + shed + failed + abandoned (their
        student left) + those under way. busy_seconds: time spent in batches, all together.
        """
        names = ("submitted", "answered", "rejected", "shed", "failed", "abandoned", "batches")
        with self._changed:
            return {name: self._counts[name] for name in names} | {
                "queue_length": len(self._jobs),
                "last_batch_size": self._last_batch_size,
                "last_batch_ms": round(self._last_batch_ms, 3),
                "busy_seconds": round(self._busy_s, 3),
            }

    def _work(self) -> None:
        me = threading.current_thread()
        while True:
            with self._changed:
                self._gather(me)
                if self._thread is not me:
                    return
                count = min(self._max_batch, len(self._jobs))
                jobs = [self._jobs.popleft() for _ in range(count)]
            fresh = [job for job in jobs if self._is_fresh(job)]
            if fresh:
                self._run(fresh)

    def _gather(self, me: threading.Thread) -> None:
        """Wait, holding the lock, until a batch is due or this thread is no longer wanted."""
        while self._thread is me:
            left = None
            if self._jobs:
                left = self._jobs[0].arrived + self._max_wait_s - time.monotonic()
                if len(self._jobs) >= self._max_batch or left <= 0:
                    return
            self._changed.wait(left)

    def _is_fresh(self, job: _Job) -> bool:
        if job.future.done():
            self._count("abandoned")
            return False
        age = time.monotonic() - job.arrived
        if age > self._max_age_s:
            self._shed(job, f"The frame waited {age:.1f} s and is out of date.")
            return False
        return True

    def _run(self, jobs: list[_Job]) -> None:
        """Run a batch; when it fails, each frame alone, so that one frame fails no other."""
        started = time.monotonic()
        answers: list[FrameResult | FrameError] = []
        reason: Exception | None = None
        try:
            answers = self._pipeline.analyse([job.jpeg for job in jobs])
        except Exception as error:
            logger.exception("A batch of %d frames failed", len(jobs))
            reason = error
        self._note_batch(len(jobs), time.monotonic() - started)
        if reason is None:
            for job, answer in zip(jobs, answers, strict=True):
                self._answer(job, answer)
        elif len(jobs) > 1:
            for job in jobs:
                self._run([job])
        else:
            failure = AnalysisFailed("The analysis failed; the server's log has the reason.")
            failure.__cause__ = reason
            self._settle(jobs[0], "failed", _raising(jobs[0], failure))

    def _note_batch(self, size: int, seconds: float) -> None:
        with self._changed:
            self._counts["batches"] += 1
            self._last_batch_size = size
            self._last_batch_ms = seconds * 1000
            self._busy_s += seconds

    def _answer(self, job: _Job, answer: FrameResult | FrameError) -> None:
        if isinstance(answer, FrameError):
            self._settle(job, "rejected", _raising(job, answer))
        else:
            self._settle(job, "answered", _returning(job, answer))

    def _shed(self, job: _Job, reason: str) -> None:
        self._settle(job, "shed", _raising(job, Shed(reason)))

    def _settle(self, job: _Job, outcome: str, settle: Callable[[], None]) -> None:
        self._count(outcome)
        # The loop may have been closed meanwhile; then nobody waits any more.
        with contextlib.suppress(RuntimeError):
            job.loop.call_soon_threadsafe(settle)

    def _count(self, name: str) -> None:
        with self._changed:
            self._counts[name] += 1


def _returning(job: _Job, result: FrameResult) -> Callable[[], None]:
    def settle() -> None:
        if not job.future.done():
            job.future.set_result(result)

    return settle


def _raising(job: _Job, error: Exception) -> Callable[[], None]:
    def settle() -> None:
        if not job.future.done():
            job.future.set_exception(error)

    return settle
