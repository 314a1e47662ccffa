"""Storing what the sockets report, off the event loop, in bulk, by a thread of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from datetime import datetime
from itertools import chain
from typing import Final

from django.db import DataError, IntegrityError, connection, transaction
from django.db.utils import Error
from django.utils import timezone

from sessions import services
from sessions.live.counters import Counters, counters
from sessions.models import Connection, Participant, Sample

logger = logging.getLogger(__name__)

BEAT_S: Final = 1.0
SEEN_EVERY_S: Final = 5.0
TIDY_EVERY_S: Final = 3600.0
BACK_OFF_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
MAX_WAITING: Final = 20_000
"""Samples that wait while the database is away: about ten minutes of thirty students."""
MAX_BATCH: Final = 2_000


class Recorder:
    """A bounded buffer of samples, moments and camera states, written once a second.

    While the database is away all of it waits, the newest samples up to max_waiting. Samples
    of participants that were deleted meanwhile are dropped and the others stored. Every
    method but flush() returns at once and is safe from every thread.
    """

    def __init__(self, max_waiting: int = MAX_WAITING, counts: Counters = counters) -> None:
        self._max_waiting = max_waiting
        self._counts = counts
        self._lock = threading.Lock()
        self._samples: deque[Sample] = deque()
        self._open: set[int] = set()
        self._closed: dict[int, datetime] = {}
        self._cameras: dict[int, str] = {}
        self._seen_at = 0.0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; a second call changes nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Write what waits and end the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        if self.waiting:
            logger.error("%d samples could not be stored before the end", self.waiting)

    @property
    def waiting(self) -> int:
        """Samples not stored yet."""
        with self._lock:
            return len(self._samples)

    def add(self, sample: Sample) -> None:
        """Store an unsaved sample soon; the oldest one is dropped when too many wait."""
        with self._lock:
            self._samples.append(sample)
            self._trim()

    def opened(self, connection_id: int) -> None:
        """Keep a connection's last_seen_at up to date from now on."""
        with self._lock:
            self._open.add(connection_id)

    def closed(self, connection_id: int, at: datetime) -> None:
        """A connection ended at this moment."""
        with self._lock:
            self._open.discard(connection_id)
            self._closed[connection_id] = at

    def camera(self, participant_id: int, state: str) -> None:
        """Store a participant's camera state; only the latest one counts."""
        with self._lock:
            self._cameras[participant_id] = state

    def flush(self) -> None:
        """Write what waits, in this thread. Raises django.db.Error while the database is away."""
        while self.waiting:
            self._write_samples()
        self._write_cameras()
        self._write_moments()

    def _work(self) -> None:
        failures = 0
        tidy_at = time.monotonic()
        while not self._stopping.wait(BACK_OFF_S[failures - 1] if failures else BEAT_S):
            try:
                self.flush()
                if time.monotonic() >= tidy_at:
                    tidy_at = time.monotonic() + TIDY_EVERY_S
                    ended, purged = services.end_forgotten(), services.purge_expired()
                    logger.info("%d forgotten sessions ended, %d expired deleted", ended, purged)
                failures = 0
            except Exception:
                failures = min(failures + 1, len(BACK_OFF_S))
                logger.exception("Storing failed; %d samples wait", self.waiting)
                connection.close()
        self._finish()

    def _finish(self) -> None:
        self._seen_at = 0.0
        try:
            self.flush()
        except Error:
            logger.exception("Storing failed at the end")
        finally:
            connection.close()

    def _trim(self) -> None:
        """Drop the oldest samples over the bound; the caller holds the lock."""
        over = len(self._samples) - self._max_waiting
        for _ in range(over):
            self._samples.popleft()
        if over > 0:
            self._counts.add("samples_dropped", over)

    def _take(self) -> list[Sample]:
        with self._lock:
            count = min(MAX_BATCH, len(self._samples))
            return [self._samples.popleft() for _ in range(count)]

    def _put_back(self, samples: list[Sample]) -> None:
        with self._lock:
            self._samples.extendleft(reversed(samples))
            self._trim()

    def _write_samples(self) -> None:
        """Store one batch. One that is refused is tried again participant by participant."""
        work = deque([self._take()])
        while work:
            samples = work.popleft()
            try:
                _insert(samples)
            except (IntegrityError, DataError):
                groups = _by_participant(samples)
                if len(groups) > 1:
                    work.extend(groups)
                else:
                    # The participant was deleted: nothing of it may come back.
                    self._counts.add("samples_dropped", len(samples))
            except Error:
                self._put_back([*samples, *chain.from_iterable(work)])
                raise
            else:
                self._counts.add("samples_stored", len(samples))

    def _write_cameras(self) -> None:
        with self._lock:
            cameras, self._cameras = self._cameras, {}
        if not cameras:
            return
        try:
            with transaction.atomic():
                for participant_id, state in cameras.items():
                    Participant.objects.filter(pk=participant_id).update(camera=state)
        except Error:
            with self._lock:
                self._cameras = cameras | self._cameras
            raise

    def _write_moments(self) -> None:
        """Store when connections were last seen: closed ones at once, open ones now and then."""
        with self._lock:
            closed, self._closed = self._closed, {}
            is_due = time.monotonic() - self._seen_at >= SEEN_EVERY_S
            still_open = list(self._open) if is_due else []
        if not closed and not still_open:
            return
        try:
            with transaction.atomic():
                rows = Connection.objects.filter(pk__in=still_open)
                rows.update(last_seen_at=timezone.now())
                for connection_id, at in closed.items():
                    Connection.objects.filter(pk=connection_id).update(last_seen_at=at)
        except Error:
            with self._lock:
                self._closed = closed | self._closed
            raise
        if is_due:
            self._seen_at = time.monotonic()


def _insert(samples: list[Sample]) -> None:
    for sample in samples:
        # An insert that was taken back at its commit has left a key behind.
        sample.pk = None
    with transaction.atomic():
        Sample.objects.bulk_create(samples)


def _by_participant(samples: list[Sample]) -> list[list[Sample]]:
    groups: dict[int, list[Sample]] = {}
    for sample in samples:
        groups.setdefault(sample.participant_id, []).append(sample)
    return list(groups.values())


recorder: Final = Recorder()
