"""A web process that lives and does not answer is started again."""

from __future__ import annotations

import contextlib
import time
import urllib.request
from collections import Counter
from typing import Final

from engagement_site.cluster.parts import Cluster
from engagement_site.cluster.starting import connect

LOOK_EVERY_S: Final = 2.0
PATIENCE_S: Final = 3.0
FAILURES: Final = 3


class Watch:
    """Asks each web process whether it lives; Supervisor sees only those that end."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._failures: Counter[int] = Counter()
        self._looked_at = time.monotonic()

    def look(self) -> None:
        """Ask where it is time to."""
        if time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        for port in self._cluster.web_ports:
            self._failures[port] = 0 if _lives(port) else self._failures[port] + 1
            if self._failures[port] >= FAILURES:
                self._failures[port] = 0
                print(f"web_{port} does not answer and is started again", flush=True)
                self._restart(f"web:web_{port}")
        self._looked_at = time.monotonic()

    def _restart(self, process: str) -> None:
        # One that hangs hears no polite request. Supervisor starts it again.
        with contextlib.suppress(Exception):
            connect(self._cluster).signalProcess(process, "KILL")


def _lives(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/healthz"
    with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=PATIENCE_S):
        return True
    return False
