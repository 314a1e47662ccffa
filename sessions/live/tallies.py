"""What happened in each second of a session, put together so that it adds up. Pure."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable
from typing import Any, Final

from inference.labels import EMOTIONS
from inference.track import Estimate
from sessions.reports.buckets import Bucket, Sums, bucket_of

Row = list[Any]
"""participant, second, then sessions.reports.buckets.Sums as a row."""

KEPT_SLOTS: Final = 3
"""Slots that may still change: the running one, and those that late samples belong to."""
WINDOW_S: Final = 10.0
"""Of the coverage in the headline."""


class Seconds:
    """Collects one process's samples until they are told."""

    def __init__(self) -> None:
        self._sums: dict[tuple[int, int], Sums] = {}

    def add(
        self,
        participant_id: int,
        second: int,
        faces: int,
        estimate: Estimate,
    ) -> None:
        """One analysed frame in this second of the session."""
        sums = self._sums.setdefault((participant_id, second), Sums())
        probabilities = estimate.probabilities
        sums.add(
            Sums(
                samples=1,
                usable=int(faces > 0),
                measured=int(estimate.engagement is not None),
                engagement=estimate.engagement or 0.0,
                faced=int(estimate.facing is not None),
                facing=estimate.facing or 0.0,
                estimated=int(probabilities is not None),
                emotions=list(probabilities or (0.0,) * len(EMOTIONS)),
            )
        )

    def forget(self, participant_id: int) -> None:
        """Drop what is about a participant who deleted its data."""
        for key in [key for key in self._sums if key[0] == participant_id]:
            del self._sums[key]

    def take(self) -> list[Row]:
        """What was added since the last take."""
        rows = [[*key, *sums.to_row()] for key, sums in self._sums.items()]
        self._sums.clear()
        return rows


class Slots:
    """The buckets at the end of a class's series: those that still change.

    width_s: of a bucket. interval_s: of the sampling. sums, connected_s: what the database has
    of the last buckets, by slot. known: (participant, second) of samples that are in them.
    """

    def __init__(
        self,
        width_s: int,
        interval_s: float,
        sums: dict[int, dict[int, Sums]],
        connected_s: dict[int, float],
        known: Iterable[tuple[int, int]] = (),
    ) -> None:
        self._width = width_s
        self._interval = interval_s
        self._sums = defaultdict(dict, {slot: dict(own) for slot, own in sums.items()})
        self._connected = defaultdict(float, connected_s)
        self._known = set(known)
        self._changed: set[int] = set()
        self._recent: deque[tuple[float, int, float]] = deque()
        self._usable = 0

    def count(self, rows: Iterable[Row]) -> None:
        """Take in rows of Seconds; what the database had already is let be."""
        newest = max(self._connected, default=0)
        for participant_id, second, *values in rows:
            slot = second // self._width
            if (participant_id, second) in self._known or slot < newest - KEPT_SLOTS:
                continue
            sums = Sums.of_row(values)
            self._sums[slot].setdefault(participant_id, Sums()).add(sums)
            self._usable += sums.usable
            self._changed.add(slot)

    def pass_time(self, start_s: float, end_s: float, connected: int) -> None:
        """So many students were connected from start_s to end_s, in seconds of the session."""
        at = start_s
        while at < end_s:
            slot = int(at // self._width)
            until = min(end_s, (slot + 1) * self._width)
            self._connected[slot] += (until - at) * connected
            self._changed.add(slot)
            at = until
        self._recent.append((end_s, self._usable, (end_s - start_s) * connected))
        self._usable = 0
        while self._recent and self._recent[0][0] <= end_s - WINDOW_S:
            self._recent.popleft()

    def forget(self, participant_id: int) -> None:
        """Drop what is about a participant who deleted its data."""
        for slot, own in self._sums.items():
            if own.pop(participant_id, None) is not None:
                self._changed.add(slot)

    def lately(self) -> tuple[int, float]:
        """Usable and expected samples of the last WINDOW_S seconds."""
        usable = sum(one[1] for one in self._recent)
        return usable, sum(one[2] for one in self._recent) / self._interval

    def changed(self) -> list[Bucket]:
        """The buckets that changed since the last call; old ones are forgotten."""
        buckets = [
            bucket_of(
                slot * self._width,
                list(self._sums[slot].values()),
                self._connected[slot],
                self._interval,
            )
            for slot in sorted(self._changed)
        ]
        self._changed.clear()
        oldest = max(self._connected, default=0) - KEPT_SLOTS
        for known in (self._sums, self._connected):
            for slot in [slot for slot in known if slot < oldest]:
                del known[slot]
        self._known = {key for key in self._known if key[1] >= oldest * self._width}
        return buckets
