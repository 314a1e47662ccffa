"""A room's samples on their way to the database. Blocking where it writes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from typing import Final

from django.db import transaction

from sessions.live.counters import Counters
from sessions.models import ClassSession, RoomSample

MAX_WAITING: Final = 20_000
MAX_BATCH: Final = 2_000


class RoomBuffer:
    """Bounded: the oldest is dropped. A sample is stored once, by its session and moment."""

    def __init__(self, counts: Counters) -> None:
        self._counts = counts
        self._lock = threading.Lock()
        self._samples: deque[RoomSample] = deque()

    def add(self, sample: RoomSample) -> None:
        """Store an unsaved sample soon. Returns at once, from any thread."""
        with self._lock:
            self._samples.append(sample)
            if len(self._samples) > MAX_WAITING:
                self._samples.popleft()
                self._counts.add("samples_dropped")

    def write(self) -> None:
        """Store what waits. Raises django.db.Error while the database is away: it waits on."""
        while batch := self._first():
            store(batch)
            with self._lock:
                for _ in batch:
                    self._samples.popleft()

    def take(self) -> list[RoomSample]:
        """What waits, which does so no longer."""
        with self._lock:
            samples = list(self._samples)
            self._samples.clear()
        return samples

    def _first(self) -> list[RoomSample]:
        with self._lock:
            return [self._samples[place] for place in range(min(MAX_BATCH, len(self._samples)))]


def store(samples: Sequence[RoomSample]) -> None:
    """Store samples that are not stored yet, but those of sessions that are deleted.

    Raises django.db.Error while the database is away.
    """
    with transaction.atomic():
        # Locked, so that none is deleted between this look and the insert.
        wanted = {sample.session_id for sample in samples}
        there = ClassSession.objects.select_for_update().filter(pk__in=wanted)
        known = set(there.values_list("pk", flat=True))
        for sample in samples:
            sample.pk = None
        RoomSample.objects.bulk_create(
            [sample for sample in samples if sample.session_id in known], ignore_conflicts=True
        )
