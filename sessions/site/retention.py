"""What is deleted, and how it goes for good: in small steps, and out of the database's files."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.db.utils import Error
from django.utils import timezone

from sessions import news
from sessions.live.journal import Journal
from sessions.models import ClassSession, Sample, Student

logger = logging.getLogger(__name__)

FORGOTTEN_AFTER: Final = timedelta(hours=12)
"""Longer than any lesson: a session still live and empty by then was left open."""
SLICE: Final = 5_000
"""Samples of one deletion, so that others wait for the database a moment only."""
BREATH_S: Final = 0.05
"""Between two slices: whoever waits for SQLite's lock looks for it this often at least."""
TIDY_EVERY_S: Final = 3600.0
ERASE_AGAIN_S: Final = 1.0
PATIENCE_MS: Final = 250
"""How long a deletion waits for readers; nobody can write meanwhile."""


def delete_sessions(session_ids: Sequence[int]) -> None:
    """Delete sessions with their samples, slice by slice."""
    for session_id in session_ids:
        # Ended first: nothing is recorded any more while the samples go.
        ClassSession.objects.filter(pk=session_id).live().update(
            state=ClassSession.State.ENDED, ended_at=timezone.now()
        )
        while keys := list(
            Sample.objects.of_session(session_id).values_list("pk", flat=True)[:SLICE]
        ):
            Sample.objects.filter(pk__in=keys).delete()
            time.sleep(BREATH_S)
        ClassSession.objects.filter(pk=session_id).delete()


def end_forgotten() -> int:
    """End sessions that nobody ended, as of when somebody was last there; returns how many."""
    ended = 0
    for key, left in list(ClassSession.objects.left_open(timezone.now() - FORGOTTEN_AFTER)):
        with transaction.atomic():
            session = ClassSession.objects.select_for_update().filter(pk=key).live().first()
            if session is None:
                continue
            session.state, session.ended_at = ClassSession.State.ENDED, left
            session.save(update_fields=["state", "ended_at"])
            news.session_changed(session)
        ended += 1
    return ended


def purge_expired() -> int:
    """Delete what the site keeps no longer; returns how many sessions.

    Sessions RETENTION_DAYS after their end, planned ones as long after they were made, and the
    names that were put as long ago on the list of a course without a session left. Live sessions
    stay; end_forgotten() ends those that nobody is in.
    """
    limit = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    keys = list(ClassSession.objects.expired(limit).values_list("pk", flat=True))
    delete_sessions(keys)
    students = Student.objects.expired(limit).delete()[0]
    Journal(settings.DATA_DIR / "journal").forget(limit)
    if keys or students:
        erase_traces()
    return len(keys)


# Deleted rows stay readable in SQLite's files until they are overwritten ------------------------

_is_due = threading.Event()


def erase_traces() -> None:
    """After the running transaction: take what was deleted out of SQLite's write-ahead log.

    PRAGMA secure_delete has overwritten it in the pages; this writes the pages into the file and
    empties the log. While somebody reads, that fails, and Housekeeping tries again. PostgreSQL
    needs no more.
    """
    if connection.vendor == "sqlite":
        _is_due.set()
        transaction.on_commit(lambda: finish_erasing(within_s=0))


def finish_erasing(within_s: float) -> bool:
    """Empty the log if anything was deleted; False where readers were in the way all the time."""
    deadline = time.monotonic() + within_s
    while _is_due.is_set():
        _is_due.clear()
        if not _empty_log():
            _is_due.set()
            if time.monotonic() >= deadline:
                return False
            time.sleep(PATIENCE_MS / 1000)
    return True


def _empty_log() -> bool:
    """Whether the log is empty now."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            patience_ms = cursor.fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                is_busy = cursor.fetchone()[0]
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {patience_ms}")
    except Error:
        return False
    return not is_busy


class Housekeeping:
    """A thread that ends what was forgotten, deletes what has expired, and erases traces."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; a second call changes nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="housekeeping", daemon=True)
            self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """End the thread after the step it is at."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        tidy_at = time.monotonic()
        while not self._stopping.wait(ERASE_AGAIN_S):
            try:
                finish_erasing(within_s=0)
                if time.monotonic() >= tidy_at:
                    tidy_at = time.monotonic() + TIDY_EVERY_S
                    ended, purged = end_forgotten(), purge_expired()
                    logger.info("%d forgotten sessions ended, %d expired deleted", ended, purged)
            except Exception:
                logger.exception("Tidying up failed; it is tried again in an hour")
            finally:
                connection.close()
