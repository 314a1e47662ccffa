"""What is deleted, and how it goes for good: in small steps, and out of the database's files."""

from __future__ import annotations

import contextlib
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
from sessions.models import ClassSession, Sample, Student

logger = logging.getLogger(__name__)

FORGOTTEN_AFTER: Final = timedelta(hours=12)
"""Longer than any lesson: a session still live and empty by then was left open."""
SLICE: Final = 5_000
"""Samples of one deletion, so that others wait for the database a moment only."""
TIDY_EVERY_S: Final = 3600.0
ERASE_AGAIN_S: Final = 2.0


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
    lists of courses that are as old and have no session left.
    """
    limit = timezone.now() - timedelta(days=settings.RETENTION_DAYS)
    keys = list(ClassSession.objects.expired(limit).values_list("pk", flat=True))
    delete_sessions(keys)
    students = Student.objects.expired(limit).delete()[0]
    if keys or students:
        erase_traces()
    return len(keys)


# Deleted rows stay readable in SQLite's files until they are overwritten ------------------------

_is_due = threading.Event()


def erase_traces() -> None:
    """After the running transaction: take what was deleted out of SQLite's write-ahead log.

    PRAGMA secure_delete has overwritten it in the pages; this writes the pages into the file and
    empties the log. While somebody reads, Housekeeping tries again. PostgreSQL needs no more.
    """
    if connection.vendor == "sqlite":
        transaction.on_commit(_erase)


def _erase() -> bool:
    """Whether the log is empty now."""
    is_busy = True
    with contextlib.suppress(Error), connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        is_busy = bool(cursor.fetchone()[0])
    if is_busy:
        _is_due.set()
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

    def stop(self, timeout_s: float = 5.0) -> None:
        """End the thread after the step it is at."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _work(self) -> None:
        tidy_at = time.monotonic()
        while not self._stopping.wait(ERASE_AGAIN_S):
            try:
                if _is_due.is_set():
                    _is_due.clear()
                    _erase()
                if time.monotonic() >= tidy_at:
                    tidy_at = time.monotonic() + TIDY_EVERY_S
                    ended, purged = end_forgotten(), purge_expired()
                    logger.info("%d forgotten sessions ended, %d expired deleted", ended, purged)
            except Exception:
                logger.exception("Tidying up failed; it is tried again in an hour")
            finally:
                connection.close()
