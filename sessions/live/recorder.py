"""Storing what the sockets report, off the event loop, in bulk, by a thread of its own."""

from __future__ import annotations

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

from sessions.live.counters import Counters
from sessions.live.inserting import Inserter
from sessions.live.journal import Journal
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
    What cannot be written before the end goes to the journal and is stored at the next start.
    Every method but flush() returns at once and is safe from every thread.
    """

    def __init__(
        self, journal: Path | None, counts: Counters, max_waiting: int = MAX_WAITING
    ) -> None:
        """journal: a folder; None keeps nothing beyond the end."""
        self._journal = None if journal is None else Journal(journal)
        self._counts = counts
        self._max_waiting = max_waiting
        self._inserter = Inserter(counts)
        self._lock = threading.Lock()
        self._samples: deque[Sample] = deque()
        self._writing: list[Sample] = []
        self._open: dict[int, Clock] = {}
        self._closed: dict[int, datetime] = {}
        self._cameras: dict[int, str] = {}
        self._seen_at = 0.0
        self._failing_since: float | None = None
        self._complained_at = -COMPLAIN_EVERY_S
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; a second call changes nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="recorder", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Write what waits, or keep it in the journal, and end the thread."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)
        self._keep()

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
        """Store an unsaved sample soon; the oldest one is dropped when too many wait."""
        with self._lock:
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
        self._write_cameras()
        self._write_moments()

    # The thread --------------------------------------------------------------------------------

    def _work(self) -> None:
        failures = 0
        is_recovered = False
        while not self._stopping.wait(BACK_OFF_S[failures - 1] if failures else BEAT_S):
            try:
                if not is_recovered:
                    self._recover()
                    is_recovered = True
                self.flush()
                failures, self._failing_since = 0, None
            except BaseException:
                # Whatever it was: a thread that ends would lose all that comes.
                failures = min(failures + 1, len(BACK_OFF_S))
                self._failing_since = self._failing_since or time.monotonic()
                logger.exception("Storing failed; %d samples wait", self.waiting)
                connection.close()
        self._seen_at = 0.0
        try:
            self.flush()
        except Exception:
            logger.exception("Storing failed at the end")
        finally:
            connection.close()

    def _recover(self) -> None:
        """Store what an earlier process could not. Raises django.db.Error, and tries again then."""
        for path in self._journal.files() if self._journal else ():
            try:
                samples, cameras, closed = self._journal.read(path)  # type: ignore[union-attr]
            except OSError:
                logger.exception("%s cannot be read", path)
                continue
            for start in range(0, len(samples), MAX_BATCH):
                self._inserter.insert(samples[start : start + MAX_BATCH], may_repeat=True)
            with self._lock:
                self._cameras = cameras | self._cameras
                self._closed = closed | self._closed
            self.flush()
            path.unlink(missing_ok=True)
            logger.info("%d samples of the journal are stored", len(samples))

    def _keep(self) -> None:
        """Put what is left into the journal."""
        with self._lock:
            samples = [*self._writing, *self._samples]
            cameras, closed = dict(self._cameras), dict(self._closed)
            closed |= {key: clock() for key, clock in self._open.items()}
            self._samples.clear()
            self._writing = []
        if not samples and not cameras and not closed:
            return
        if self._journal is None:
            logger.error("%d samples could not be stored before the end", len(samples))
            return
        try:
            self._journal.write(samples, cameras, closed)
        except OSError:
            logger.exception("%d samples are lost: the journal cannot be written", len(samples))
        else:
            logger.warning("%d samples wait in the journal for the next start", len(samples))

    # Samples -----------------------------------------------------------------------------------

    def _trim(self) -> None:
        """Drop the oldest samples over the bound; the caller holds the lock."""
        over = len(self._samples) + len(self._writing) - self._max_waiting
        for _ in range(min(over, len(self._samples))):
            self._samples.popleft()
        if over <= 0:
            return
        self._counts.add("samples_dropped", over)
        if time.monotonic() - self._complained_at >= COMPLAIN_EVERY_S:
            self._complained_at = time.monotonic()
            logger.error("More than %d samples wait; the oldest are dropped", self._max_waiting)

    def _write_samples(self) -> None:
        """Store one batch; it counts as waiting until it is known to be stored."""
        with self._lock:
            count = min(MAX_BATCH, len(self._samples))
            self._writing = [self._samples.popleft() for _ in range(count)]
        try:
            self._inserter.insert(self._writing)
        except BaseException:
            with self._lock:
                self._samples.extendleft(reversed(self._writing))
                self._writing = []
                self._trim()
            raise
        with self._lock:
            self._writing = []

    # Cameras and moments -------------------------------------------------------------------------

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
            still_open: dict[Clock, list[int]] = defaultdict(list)
            for connection_id, clock in self._open.items() if is_due else ():
                still_open[clock].append(connection_id)
        if not closed and not still_open:
            return
        try:
            with transaction.atomic():
                for clock, connection_ids in still_open.items():
                    Connection.objects.filter(pk__in=connection_ids).update(last_seen_at=clock())
                for connection_id, at in closed.items():
                    Connection.objects.filter(pk=connection_id).update(last_seen_at=at)
        except Error:
            with self._lock:
                self._closed = closed | self._closed
            raise
        if is_due:
            self._seen_at = time.monotonic()
