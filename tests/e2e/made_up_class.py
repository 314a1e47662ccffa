"""A made-up class in a live session of a server that was started with RECORDED_FRAMES=1."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.conftest import ROOT
from tests.server import Server


@contextmanager
def made_up_class(server: Server, code: str, students: int) -> Iterator[None]:
    """Students that take part for as long as it is looked at."""
    command = [sys.executable, "manage.py", "play_demo", "--url", server.base_url, "--join", code]
    process = subprocess.Popen(
        [*command, "--students", str(students)], cwd=ROOT, env=server.environ,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)
