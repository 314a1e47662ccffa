"""How deleted data goes for good: in small steps, and out of the database's files."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Final

from django.db import connection, transaction
from django.db.utils import Error
from django.utils import timezone

from sessions.models import ClassSession, Sample

SLICE: Final = 5_000
"""Samples of one deletion, so that others wait for the database a moment only."""
BREATH_S: Final = 0.05
"""Between two slices: whoever waits for SQLite's lock looks for it this often at least."""
PATIENCE_MS: Final = 250
"""How long a deletion waits for readers; nobody can write meanwhile."""


def delete_sessions(session_ids: Sequence[int]) -> None:
    """Delete sessions with their samples, slice by slice."""
    for session_id in session_ids:
        # Ended first: nothing is recorded any more while the samples go.
        ClassSession.objects.filter(pk=session_id).live().update(
            state=ClassSession.State.ENDED, ended_at=timezone.now()
        )
        delete_samples(session_id)
        ClassSession.objects.filter(pk=session_id).delete()


def delete_samples(session_id: int) -> None:
    """Delete a session's samples, slice by slice."""
    samples = Sample.objects.of_session(session_id)
    while keys := list(samples.values_list("pk", flat=True)[:SLICE]):
        Sample.objects.filter(pk__in=keys).delete()
        time.sleep(BREATH_S)


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
