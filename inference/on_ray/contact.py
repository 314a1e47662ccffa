"""Whether the cluster still answers: a process that has lost it is of no use and cannot mend it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

LOST_AFTER_S: Final = 15.0
LOOK_EVERY_S: Final = 0.5


class Contact:
    """Calls lost() once, on a thread of its own, when note() was not called for within_s seconds.

    A thread of its own, for a call to a cluster that is gone may never return.
    """

    def __init__(self, lost: Callable[[], None], within_s: float = LOST_AFTER_S) -> None:
        self._lost = lost
        self._within_s = within_s
        self._noted = time.monotonic()
        self._has_ended = threading.Event()
        threading.Thread(target=self._watch, name="contact", daemon=True).start()

    def note(self) -> None:
        """The cluster has answered."""
        self._noted = time.monotonic()

    def end(self) -> None:
        """Watch no more."""
        self._has_ended.set()

    def _watch(self) -> None:
        while not self._has_ended.wait(LOOK_EVERY_S):
            if time.monotonic() - self._noted > self._within_s:
                self._lost()
                return
