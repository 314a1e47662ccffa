"""Time within a session: the wall clock says when it began, a steady clock how long ago that is.

The wall clock may be set while a class runs. The steady one counts seconds since the machine
started and cannot be set; every process of one boot reads the same.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.utils import timezone

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def _identity() -> str:
    """Of this boot; where the system does not tell, of this process."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return str(uuid.uuid4())


CLOCK_ID: Final = _identity()


def reading() -> float:
    """The steady clock in seconds; where the system has it, it goes on while the machine sleeps."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


@dataclass(frozen=True, slots=True)
class Start:
    """When a session began, by the wall clock and by the steady one that clock_id names."""

    at: datetime
    clock_id: str
    clock_at: float | None

    @classmethod
    def now(cls) -> Start:
        return cls(timezone.now(), CLOCK_ID, reading())

    def elapsed_s(self) -> float:
        """Seconds since the start, never below 0.

        By the wall clock where the session was started on another machine or before a reboot.
        """
        if self.clock_at is not None and self.clock_id == CLOCK_ID:
            return max(0.0, reading() - self.clock_at)
        return max(0.0, (timezone.now() - self.at).total_seconds())

    def moment(self) -> datetime:
        """Now, as far from `at` as the session is long: what its records are stamped with."""
        return self.at + timedelta(seconds=self.elapsed_s())
