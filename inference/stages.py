"""Where a frame's time goes, stage by stage, as histograms that Prometheus can read."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Protocol

from prometheus_client import Histogram
from prometheus_client.core import Metric

STAGES: Final[Mapping[str, str]] = {
    "socket": "A message is read and its frame looked over, until the frame waits.",
    "slot": "It waits for the frame before it of the same student.",
    "queue": "It waits for its batch.",
    "decode": "Its JPEG is decoded.",
    "detect": "Its share of finding the faces of a batch.",
    "pose": "Its face is cut out, and where the head points is worked out.",
    "emotion": "Its share of the model's look at a batch.",
    "hop": "Its result comes from the analysing thread; on Ray, all of its way there and back.",
    "track": "Engagement is worked out, and the sample kept.",
    "answer": "Its answer is encoded and sent.",
    "whole": "All of these, from the message to the answer.",
    "store": "A sample's share of one bulk insert.",
    "publish": "One dashboard is told what is new.",
}
"""What is measured, by name, in the order of a frame's way. slot, queue and hop are waiting."""

BUCKETS: Final = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1, 2.5,
)  # fmt: skip
"""Upper bounds, seconds; beyond the last lies whatever is longer."""
NAME: Final = "engagement_stage_seconds"


class Timer(Protocol):
    """Takes times down; safe from every thread."""

    def note(self, stage: str, seconds: float, times: int = 1) -> None:
        """times: frames that took so long each. stage: of STAGES."""
        ...

    @contextmanager
    def measure(self, stage: str, shared_by: int = 1) -> Iterator[None]:
        """Note the time that the block takes, in equal shares."""
        began = time.perf_counter()
        yield
        self.note(stage, (time.perf_counter() - began) / shared_by, shared_by)


class Sums(Timer):
    """Seconds of all frames since they were last taken, for a report to another process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: dict[str, float] = {}

    def note(self, stage: str, seconds: float, times: int = 1) -> None:
        """See Timer."""
        with self._lock:
            self._seconds[stage] = self._seconds.get(stage, 0.0) + seconds * times

    def take(self) -> dict[str, float]:
        """The sums by stage, which begin anew."""
        with self._lock:
            taken, self._seconds = self._seconds, {}
        return taken


class Stages(Timer):
    """Histograms of one process."""

    def __init__(self) -> None:
        histogram = Histogram(
            NAME,
            "Seconds of a frame (store: of a sample; publish: of a dashboard), by stage.",
            ["stage"],
            registry=None,
            buckets=BUCKETS,
        )
        self._histogram = histogram
        # Looked up once: labels() costs more than observe().
        self._of = {stage: histogram.labels(stage) for stage in STAGES}

    def note(self, stage: str, seconds: float, times: int = 1) -> None:
        """See Timer. Raises KeyError for a stage not in STAGES."""
        observe = self._of[stage].observe
        for _ in range(times):
            observe(seconds)

    def collect(self) -> Iterable[Metric]:
        """For a registry of prometheus_client."""
        return self._histogram.collect()
