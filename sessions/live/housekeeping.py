"""What a thread looks after: forgotten sessions are ended, expired ones deleted."""

from __future__ import annotations

import logging
import threading
import time
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from sessions import news
from sessions.live.journal import Journal
from sessions.live.partitions import tidy_months
from sessions.live.thinning import thin_expired
from sessions.models import ClassSession, Student
from sessions.site.erasure import delete_sessions, erase_traces, finish_erasing

logger = logging.getLogger(__name__)

FORGOTTEN_AFTER: Final = timedelta(hours=12)
"""Longer than any lesson: a session still live and empty by then was left open."""
TIDY_EVERY_S: Final = 3600.0
ERASE_AGAIN_S: Final = 1.0


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
                    tidy_months(timezone.now())
                    logger.info(
                        "%d forgotten sessions ended, %d expired deleted, %d thinned",
                        end_forgotten(),
                        purge_expired(),
                        thin_expired(),
                    )
            except Exception:
                logger.exception("Tidying up failed; it is tried again in an hour")
            finally:
                connection.close()
