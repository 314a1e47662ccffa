"""What this process has done since its start; /readyz shows it."""

import threading
from collections import Counter
from typing import Any, Final

NAMES: Final = (
    "connections_opened",
    "connections_closed",
    "frames_received",
    "frames_answered",
    "frames_shed",
    "messages_refused",
    "sockets_refused",
    "tasks_failed",
    "restarts",
    "samples_stored",
    "samples_repeated",
    "samples_dropped",
)


class Counters:
    """Counts by name, and refused frames by the code of their error; safe from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def add(self, name: str, by: int = 1) -> None:
        """Raises ValueError for a name that is not one of NAMES."""
        if name not in NAMES:
            raise ValueError(f"{name!r} is not counted; these are: {', '.join(NAMES)}")
        with self._lock:
            self._counts[name] += by

    def refuse(self, code: str) -> None:
        """Count a frame that was answered by an error of this code."""
        with self._lock:
            self._refused[code] += 1

    def read(self) -> dict[str, Any]:
        """All counts, those present now as "connections", refused frames as "frames_refused"."""
        with self._lock:
            counts = {name: self._counts[name] for name in NAMES}
            refused = dict(self._refused)
        now = counts["connections_opened"] - counts["connections_closed"]
        return {"connections": now, **counts, "frames_refused": refused}
