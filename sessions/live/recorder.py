"""Storing what the sockets report, off the event loop, in bulk, by a thread of its own."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection, transaction
from django.db.utils import Error

from inference.stages import Stages
from sessions.live.ahead import Ahead
from sessions.live.counters import Counters
from sessions.live.inserting import Inserter
from sessions.live.journal import Entries, Journal, line_of
from sessions.live.room_buffer import RoomBuffer, store
from sessions.models import Connection, Participant, Sample

logger = logging.getLogger(__name__)

BEAT_S: Final = 1.0
SEEN_EVERY_S: Final = 5.0
BACK_OFF_S: Final = (1.0, 2.0, 4.0, 8.0, 15.0)
MAX_WAITING: Final = 20_000
"""Samples that wait while the database is away: about ten minutes of thirty students."""
MAX_BATCH: Final = 2_000
COMPLAIN_EVERY_S: Final = 60.0

Clock = Callable[[], datetime]


class Recorder:
    """A bounded buffer of samples, moments and camera states, written once a second.

    While the database is away all of it waits, the newest samples up to max_waiting. A sample
    is stored once, however often it is tried, and one that cannot be stored is dropped alone.
    What cannot be written before the end goes to the journal and is stored at the next start; so
    are the samples of a process that is killed.
    Every method but flush() returns at once and is safe from every thread.
    """

    def __init__(
        self,
        journal: Path | None,
        counts: Counters,
        max_waiting: int = MAX_WAITING,
        stages: Stages | None = None,
    ) -> None:
        """journal: a folder; None keeps nothing beyond the end. stages: takes the times down."""
        self._journal = None if journal is None else Journal(journal)
        self._ahead = None if journal is None else Ahead(journal, max_waiting)
        self._counts = counts
        self.rooms = RoomBuffer(counts)
        self._max_waiting = max_waiting
        self._inserter = Inserter(counts)
        self._stages = stages or Stages()
        self._lock = threading.Lock()
        self._samples: deque[Sample] = deque()
        self._writing: list[Sample] = []
        self._open: dict[int, Clock] = {}
        self._closed: dict[int, datetime] = {}
        self._cameras: dict[int, str] = {}
        self._seen_at = 0.0
        self._failures = 0
        self._failing_since: float | None = None
        self._is_recovered = False
        self._complained_at = -COMPLAIN_EVERY_S
        self._untold = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread, or another one where it has died; else nothing changes."""
        if self._thread is None or self.has_died:
            self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 5.0) -> None:
        """Write what waits within this time, or keep it in the journal; the thread ends."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._keep()

    @property
    def has_died(self) -> bool:
        """Whether the thread has ended though nobody stopped it."""
        if self._thread is None or self._stopping.is_set():
            return False
        return not self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """Samples not known to be stored yet, those under way included."""
        with self._lock:
            return len(self._samples) + len(self._writing)

    @property
    def is_storing(self) -> bool:
        """Whether the last try to store succeeded."""
        return self._failing_since is None

    def state(self) -> dict[str, Any]:
        """For probes: alive, waiting, failing_since_s (None while it stores), journal files."""
        failing = self._failing_since
        return {
            "alive": self._thread is not None and self._thread.is_alive(),
            "waiting": self.waiting,
            "failing_since_s": None if failing is None else round(time.monotonic() - failing, 1),
            "journal": len(self._journal.files()) if self._journal else 0,
        }

    def add(self, sample: Sample) -> None:
        """Store an unsaved sample soon; the oldest one is dropped when too many wait.

        When it returns, the sample outlives this process.
        """
        line = line_of(sample) if self._ahead else b""
        with self._lock:
            if self._ahead and line:
                self._ahead.write(line)
            self._samples.append(sample)
            self._trim()

    def opened(self, connection_id: int, clock: Clock) -> None:
        """Keep a connection's last_seen_at up to date from now on, by this clock."""
        with self._lock:
            self._open[connection_id] = clock

    def closed(self, connection_id: int, at: datetime) -> None:
        """A connection ended at this moment."""
        with self._lock:
            self._open.pop(connection_id, None)
            self._closed[connection_id] = at

    def camera(self, participant_id: int, state: str) -> None:
        """Store a participant's camera state; only the latest one counts."""
        with self._lock:
            self._cameras[participant_id] = state

    def flush(self) -> None:
        """Write what waits, in this thread. Raises django.db.Error while the database is away."""
        while self.waiting:
            self._write_samples()
        self.rooms.write()
        self._write_cameras()
        self._write_moments()

    # The thread --------------------------------------------------------------------------------

    def _work(self) -> None:
        """Whatever fails, it goes on: a thread that ends would lose all that comes."""
        is_last = False
        while not is_last:
            is_last = self._stopping.wait(self._pause_s())
            if is_last:
                self._seen_at = 0.0
            try:
                self._recover()
                self.flush()
            except BaseException as error:
                self._note_failure(error)
            else:
                self._failures, self._failing_since = 0, None
                if is_last:
                    self._forget_open()
        connection.close()

    def _pause_s(self) -> float:
        return BACK_OFF_S[min(self._failures, len(BACK_OFF_S)) - 1] if self._failures else BEAT_S

    def _note_failure(self, error: BaseException) -> None:
        self._failures += 1
        self._failing_since = self._failing_since or time.monotonic()
        if not isinstance(error, Error):
            self._counts.add("tasks_failed")
        logger.error("Storing failed; %d samples wait", self.waiting, exc_info=error)
        with contextlib.suppress(Exception):
            connection.close()

    # The journal ---------------------------------------------------------------------------------

    def _recover(self) -> None:
        """Store what an earlier process could not. Raises django.db.Error, and tries again then."""
        if self._journal is None or self._is_recovered:
            return
        self._journal.adopt()
        for path in self._journal.files():
            try:
                entries = self._journal.read(path)
                self._recover_one(entries)
                self._journal.finish(path, entries)
            except OSError:
                logger.exception("%s cannot be read or deleted; the next start tries again", path)
            else:
                logger.info("%d samples of the journal are stored", len(entries.samples))
        self._is_recovered = True

    def _recover_one(self, entries: Entries) -> None:
        for start in range(0, len(entries.samples), MAX_BATCH):
            batch = entries.samples[start : start + MAX_BATCH]
            self._inserter.insert(batch, may_repeat=True)
        if entries.rooms:
            store(entries.rooms)
        with self._lock:
            self._cameras |= entries.cameras | self._cameras
            self._closed |= entries.closed | self._closed
        self._write_cameras()
        self._write_moments()

    def _forget_open(self) -> None:
        """Their last moment is stored: nothing of them needs the journal."""
        with self._lock:
            self._open.clear()

    def _keep(self) -> None:
        """Put what is left into the journal."""
        with self._lock:
            closed = {key: clock() for key, clock in self._open.items()} | self._closed
            samples, cameras = [*self._writing, *self._samples], dict(self._cameras)
            self._samples.clear()
            self._writing = []
        rooms = self.rooms.take()
        if not samples and not cameras and not closed and not rooms:
            self._forget_ahead()
            return
        count = len(samples) + len(rooms)
        if self._journal is None:
            logger.error("%d samples could not be stored before the end", count)
            return
        try:
            self._journal.write(Entries(samples, cameras, closed, rooms))
        except OSError:
            logger.exception("%d samples are lost: the journal cannot be written", count)
        else:
            logger.warning("%d samples wait in the journal for the next start", count)
            self._forget_ahead()

    def _forget_ahead(self) -> None:
        with self._lock:
            if self._ahead:
                self._ahead.close()

    # Samples -----------------------------------------------------------------------------------

    def _trim(self) -> None:
        """Drop the oldest samples over the bound; the caller holds the lock."""
        over = len(self._samples) + len(self._writing) - self._max_waiting
        dropped = max(0, min(over, len(self._samples)))
        for _ in range(dropped):
            self._samples.popleft()
        if not dropped:
            return
        self._counts.add("samples_dropped", dropped)
        self._untold += dropped
        if time.monotonic() - self._complained_at >= COMPLAIN_EVERY_S:
            logger.error(
                "More than %d samples wait; the oldest %d are dropped",
                self._max_waiting,
                self._untold,
            )
            self._complained_at, self._untold = time.monotonic(), 0

    def _write_samples(self) -> None:
        """Store one batch; it counts as waiting until it is known to be stored."""
        with self._lock:
            count = min(MAX_BATCH, len(self._samples))
            self._writing = [self._samples.popleft() for _ in range(count)]
            is_all = not self._samples
            if self._ahead and is_all:
                self._ahead.turn()
        try:
            with self._stages.measure("store", count):
                self._inserter.insert(self._writing)
        except BaseException:
            with self._lock:
                self._samples.extendleft(reversed(self._writing))
                self._writing = []
                self._trim()
            raise
        with self._lock:
            self._writing = []
            if self._ahead and is_all:
                self._ahead.stored()

    # Cameras and moments -------------------------------------------------------------------------

    def _write_cameras(self) -> None:
        with self._lock:
            cameras = dict(self._cameras)
        if not cameras:
            return
        with transaction.atomic():
            for participant_id, state in cameras.items():
                Participant.objects.filter(pk=participant_id).update(camera=state)
        self._forget(self._cameras, cameras)

    def _write_moments(self) -> None:
        """Store when connections were last seen: closed ones at once, open ones now and then."""
        with self._lock:
            closed = dict(self._closed)
            is_due = time.monotonic() - self._seen_at >= SEEN_EVERY_S
            still_open: dict[Clock, list[int]] = defaultdict(list)
            for connection_id, clock in self._open.items() if is_due else ():
                still_open[clock].append(connection_id)
        if not closed and not still_open:
            return
        with transaction.atomic():
            for clock, connection_ids in still_open.items():
                Connection.objects.filter(pk__in=connection_ids).update(last_seen_at=clock())
            for connection_id, at in closed.items():
                Connection.objects.filter(pk=connection_id).update(last_seen_at=at)
        self._forget(self._closed, closed)
        if is_due:
            self._seen_at = time.monotonic()

    def _forget(self, waiting: dict[int, Any], stored: dict[int, Any]) -> None:
        """Take out what is stored, and has not changed since; until then the journal has it."""
        with self._lock:
            for key, value in stored.items():
                if waiting.get(key) == value:
                    del waiting[key]
