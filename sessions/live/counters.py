"""What this process has done since its start; /readyz and /metrics show it."""

import threading
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

HELP: Final[Mapping[str, str]] = {
    "connections_opened": "Students' sockets that were let in.",
    "connections_closed": "Students' sockets that have ended.",
    "frames_received": "Frames that came.",
    "frames_answered": "Frames answered by a result.",
    "frames_shed": "Frames that were not looked at.",
    "messages_refused": "Text messages that could not be read.",
    "sockets_refused": "Sockets refused because their address had too many.",
    "tasks_failed": "Tasks that ended by an error; the log has each.",
    "restarts": "Tasks and threads that ended and were started again.",
    "samples_stored": "Samples written to the database.",
    "samples_repeated": "Samples that the database had already.",
    "samples_dropped": "Samples lost: too many waited, or they could not be stored.",
}
"""What is counted, by name."""


class Counters:
    """Counts by name, and refused frames by the code of their error; safe from every thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._refused: Counter[str] = Counter()

    def add(self, name: str, by: int = 1) -> None:
        """Raises ValueError for a name that is not in HELP."""
        if name not in HELP:
            raise ValueError(f"{name!r} is not counted; these are: {', '.join(HELP)}")
        with self._lock:
            self._counts[name] += by

    def refuse(self, code: str) -> None:
        """Count a frame that was answered by an error of this code."""
        with self._lock:
            self._refused[code] += 1

    def read(self) -> dict[str, Any]:
        """All counts, those present now as "connections", refused frames as "frames_refused"."""
        with self._lock:
            counts = {name: self._counts[name] for name in HELP}
            refused = dict(self._refused)
        now = counts["connections_opened"] - counts["connections_closed"]
        return {"connections": now, **counts, "frames_refused": refused}
