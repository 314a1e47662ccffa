"""A Redis server of its own for tests, from the machine's packages; nothing is saved."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from tests.server import free_port

STARTED_WITHIN_S = 10


def program() -> str | None:
    return shutil.which("redis-server")


@contextmanager
def running_redis(program: str) -> Iterator[str]:
    """Yields the server's URL."""
    port = free_port()
    process = subprocess.Popen(
        [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait(redis.Redis(port=port))
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait()


def _wait(client: redis.Redis) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            client.ping()
            return
        except redis.ConnectionError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
