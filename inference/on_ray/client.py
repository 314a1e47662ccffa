"""The analysis on Ray Serve, as a web process sees it; see private.prepare() before the import."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import os
import signal
import threading
import time
from collections import Counter
from typing import Any, Final

import ray
from ray import serve
from ray.exceptions import RayActorError, RayError, TaskCancelledError
from ray.serve.exceptions import (
    BackPressureError,
    DeploymentUnavailableError,
    RayServeException,
    RequestCancelledError,
)

from inference.analysis import COUNTED, AnalysisFailed, Models, Served, Shed
from inference.capacity import Capacity
from inference.frames import FrameError
from inference.on_ray import APPLICATION, NAMESPACE
from inference.on_ray.contact import LOST_AFTER_S, Contact
from inference.on_ray.gathering import BUSY, FAILED, Gathering
from inference.on_ray.replica import Answer
from inference.pictures import PictureResult
from inference.pipeline import FrameResult
from inference.stages import Stages

logger = logging.getLogger(__name__)

TRY_EVERY_S: Final = 1.0
TELL_EVERY: Final = 15
MAX_AGE_S: Final = 1.0
PICTURE_WAIT_S: Final = 10.0
LANES: Final = 2
"""Calls under way at the least."""
LOOK_EVERY_S: Final = 1.0
DESCRIBED_WITHIN_S: Final = 5.0
SILENT_S: Final = DESCRIBED_WITHIN_S + 2 * LOOK_EVERY_S
"""So long a call that hangs may take to be noticed."""
CALM_S: Final = 1.0
LOOK_FOR_ROOM_EVERY_S: Final = 0.05
END_WITHIN_S: Final = 10.0
GONE: Final = (RayActorError, DeploymentUnavailableError, RequestCancelledError, TaskCancelledError)
"""The replica that had the frame, or all of them."""
GONE_TEXT: Final = "What looked at it has ended; another goes on. Send the next frame."


def connect(address: str, *, show_log: bool = False) -> None:
    """Take part in the cluster at this address ("auto": the one of this machine).

    show_log: print what the replicas that are started from here log. Raises ConnectionError,
    RuntimeError or RayError.
    """
    if not ray.is_initialized():
        ray.init(
            address=address, namespace=NAMESPACE, log_to_driver=show_log, configure_logging=False
        )


class AnalysisOnRay:
    """See inference.analysis.Analysis. Waits for the cluster and its replicas, however long.

    When neither they nor the cluster answer any more, the process ends itself: Ray cannot take
    part in the cluster that comes after, and whoever keeps this process up starts one that can.
    """

    def __init__(self, address: str, stages: Stages) -> None:
        self._handle, self._served = _wait_for_replicas(address)
        self._gathering = Gathering(self._ask, stages, LANES)
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._capacity = Capacity()
        self._is_healthy = True
        self._shed_at = -math.inf
        self._has_stopped = threading.Event()
        self._answered_at = time.monotonic()
        self._contact = Contact(_end_process)
        threading.Thread(target=self._watch, name="ray", daemon=True).start()

    @property
    def served(self) -> Served:
        """See Analysis; of whichever replica answered first."""
        return self._served

    async def analyse(self, jpeg: bytes, *, group: int, member: int) -> FrameResult:
        """See Analysis."""
        self._count("submitted")
        try:
            seen = await self._gathering.analyse(jpeg, group=group, member=member)
        except Shed:
            self._shed_at = time.monotonic()
            self._count("shed")
            raise
        except FrameError:
            self._count("rejected")
            raise
        except AnalysisFailed:
            self._count("failed")
            raise
        except asyncio.CancelledError:
            self._count("abandoned")
            raise
        self._count("answered")
        return seen

    async def _ask(self, frames: list[bytes]) -> list[Answer]:
        """One call to whichever replica Serve chooses, and to another where that one has died.

        Raises Shed and AnalysisFailed.
        """
        try:
            async with asyncio.timeout(MAX_AGE_S):
                try:
                    answers = await self._call(frames)
                except GONE:
                    answers = await self._call(frames)
        except TimeoutError:
            raise Shed(f"No answer came within {MAX_AGE_S:.0f} s.") from None
        except BackPressureError:
            raise Shed(BUSY) from None
        except GONE:
            raise Shed(GONE_TEXT) from None
        except RayError as error:
            raise AnalysisFailed(FAILED) from error
        self._count("batches")
        self._note_answer()
        return answers

    async def _call(self, frames: list[bytes]) -> list[Answer]:
        response = self._handle.analyse.remote(frames)
        try:
            answers: list[Answer] = await response
        except asyncio.CancelledError:
            response.cancel()
            raise
        return answers

    def picture(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, models: Models
    ) -> PictureResult:
        """See Analysis."""
        response = self._handle.picture.remote(jpeg, max_bytes, max_pixels, models)
        try:
            seen = response.result(timeout_s=PICTURE_WAIT_S)
        except (BackPressureError, TimeoutError):
            raise Shed(BUSY) from None
        except GONE:
            raise Shed(GONE_TEXT) from None
        except RayError as error:
            raise AnalysisFailed(FAILED) from error
        if isinstance(seen, FrameError):
            raise seen
        assert isinstance(seen, PictureResult)
        return seen

    @property
    def is_healthy(self) -> bool:
        """See Analysis: whether a replica answered when it was last asked, and not long ago."""
        return self._is_healthy and time.monotonic() - self._answered_at < SILENT_S

    def wait_for_room(self, within_s: float) -> bool:
        """See Analysis: whether Serve, within that time, stops to shed."""
        until = time.monotonic() + within_s
        while time.monotonic() - self._shed_at < CALM_S:
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_FOR_ROOM_EVERY_S)
        return True

    def capacity(self) -> float | None:
        """See Analysis: of this process, which shares the replicas with the others."""
        with self._lock:
            return self._capacity.per_s(time.monotonic())

    def stats(self) -> dict[str, int | float]:
        """See Analysis. batches: calls; of the batches themselves Ray tells more."""
        with self._lock:
            counts = {name: self._counts[name] for name in COUNTED}
        return {
            **counts,
            "queue_length": len(self._gathering),
            "last_batch_size": 0,
            "last_batch_ms": 0.0,
            "busy_seconds": 0.0,
        }

    def stop(self) -> None:
        """See Analysis. The replicas go on for others."""
        self._has_stopped.set()
        self._contact.end()
        ray.shutdown()

    def _note_answer(self) -> None:
        self._answered_at = time.monotonic()
        self._contact.note()

    def _count(self, outcome: str) -> None:
        with self._lock:
            self._counts[outcome] += 1

    # The thread that watches -------------------------------------------------------------------

    def _watch(self) -> None:
        answered, shed = 0, 0
        while not self._has_stopped.wait(LOOK_EVERY_S):
            self._note_health()
            self._note_replicas()
            with self._lock:
                before = answered, shed
                answered, shed = self._counts["answered"], self._counts["shed"]
                note = self._capacity.note if shed > before[1] else self._capacity.note_small
                if answered > before[0]:
                    note(answered - before[0], LOOK_EVERY_S, time.monotonic())

    def _note_health(self) -> None:
        try:
            self._handle.describe.remote().result(timeout_s=DESCRIBED_WITHIN_S)
            healthy = True
        except BackPressureError:
            healthy = True
        except Exception as error:
            healthy = False
            if self._is_healthy and not self._has_stopped.is_set():
                logger.error("No replica answers: %s", _first_line(error))
        if healthy and not self._is_healthy:
            logger.warning("Replicas answer again")
            self._count("restarts")
        self._is_healthy = healthy
        if healthy:
            self._note_answer()

    def _note_replicas(self) -> None:
        """As many calls under way as there are replicas: each of them is kept busy."""
        with contextlib.suppress(Exception):
            deployment = serve.status().applications[APPLICATION].deployments[APPLICATION]
            # The cluster is there, though all its replicas may just be starting.
            self._contact.note()
            self._gathering.lanes = max(LANES, deployment.replica_states.get("RUNNING", 0))


def _wait_for_replicas(address: str) -> tuple[Any, Served]:
    tries = 0
    while True:
        try:
            connect(address)
            handle = serve.get_app_handle(APPLICATION)
            served: Served = handle.describe.remote().result(timeout_s=PICTURE_WAIT_S)
            return handle, served
        except (ConnectionError, RuntimeError, TimeoutError, RayError, RayServeException) as error:
            if tries % TELL_EVERY == 0:
                logger.warning(
                    "Waiting for the analysis on Ray at %s (%s): start a node with "
                    "`python -m inference.on_ray.node` and then `manage.py serve_analysis`",
                    address, _first_line(error),
                )  # fmt: skip
            tries += 1
            time.sleep(TRY_EVERY_S)


def _end_process() -> None:
    logger.error("Ray has not answered for %.0f s: this process ends", LOST_AFTER_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_WITHIN_S)
    os._exit(1)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
