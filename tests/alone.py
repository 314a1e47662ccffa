"""A test marked `alone` has all cores: the suite's other processes wait until it has ended."""

import fcntl
import os
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import IO, Final

import pytest

RUN: Final = os.environ.get("PYTEST_XDIST_TESTRUNUID")
"""The same in all processes of a suite; None where there is one alone."""


def _open(name: str) -> IO[str]:
    return (Path(tempfile.gettempdir()) / f"suite-{RUN}.{name}").open("w")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Each test shares the room or has it to itself; first, so that no timeout counts the wait."""
    if RUN is None:
        return (yield)
    with _open("door") as door, _open("room") as room:
        fcntl.flock(door, fcntl.LOCK_EX)  # nobody enters while somebody waits for an empty room
        is_alone = item.get_closest_marker("alone") is not None
        fcntl.flock(room, fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        return (yield)
