"""What has been acknowledged and is not stored yet, in files that outlive a killed process."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import uuid
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Final

logger = logging.getLogger(__name__)

ENDING: Final = ".ahead"
SEGMENT: Final = 5_000
"""Lines of a file."""


@dataclass(slots=True, eq=False)
class _Segment:
    """A file that its writer keeps locked: who can lock it knows that the writer is dead."""

    path: Path
    descriptor: int
    lines: int = 0

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self.descriptor)


class Ahead:
    """Not safe from several threads by itself: its owner holds a lock.

    A line is with the operating system when write() returns: it outlives the process, and not the
    machine's power. most: lines that are kept at least; older ones may go.
    """

    def __init__(self, folder: Path, most: int) -> None:
        """The folder is made with the first file."""
        self._folder = folder
        self._most = most
        self._segments: deque[_Segment] = deque()
        self._has_failed = False

    def write(self, line: bytes) -> None:
        """Keep a line, which ends with a line feed; where that fails, it is logged once."""
        try:
            if not self._segments or self._segments[-1].lines >= SEGMENT:
                self._begin()
            os.write(self._segments[-1].descriptor, line)
        except OSError:
            if not self._has_failed:
                logger.exception("What is acknowledged cannot be kept before it is stored")
            self._has_failed = True
            return
        self._has_failed = False
        self._segments[-1].lines += 1

    def turn(self) -> None:
        """From now on lines go into another file."""
        if self._segments and self._segments[-1].lines:
            with contextlib.suppress(OSError):
                self._begin()

    def stored(self) -> None:
        """All that was written before the last turn() is stored: forget it."""
        while len(self._segments) > 1:
            self._segments.popleft().remove()

    def close(self) -> None:
        """Forget everything: it is stored, or kept elsewhere."""
        while self._segments:
            self._segments.popleft().remove()

    def _begin(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{uuid.uuid4().hex}{ENDING}"
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_APPEND, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self._segments.append(_Segment(path, descriptor))
        kept = sum(segment.lines for segment in self._segments)
        while kept - self._segments[0].lines >= self._most:
            kept -= self._segments[0].lines
            self._segments.popleft().remove()


def adopt(folder: Path, ending: str) -> None:
    """Give the files of dead processes this ending, by which the next start finds them."""
    for path in folder.glob(f"*{ENDING}"):
        with contextlib.suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.rename(path.with_suffix(ending))
