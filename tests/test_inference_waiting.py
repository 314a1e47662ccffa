"""Who goes first, and who is shed."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from inference.waiting import Job, Waiting

_clock = count(1)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


@pytest.fixture
def job(loop: asyncio.AbstractEventLoop) -> Any:
    def make(group: int, member: int) -> Job:
        return Job(b"", loop.create_future(), loop, float(next(_clock)), group, member)

    return make


def test_groups_take_turns_whatever_their_size(job: Any) -> None:
    waiting = Waiting()
    for member in range(6):
        waiting.put(job(1, member))
    for member in range(2):
        waiting.put(job(2, member))
    assert [(one.group, one.member) for one in waiting.take(5)] == [
        (1, 0), (2, 0), (1, 1), (2, 1), (1, 2),
    ]  # fmt: skip
    assert len(waiting) == 3


def test_a_member_has_one_place(job: Any) -> None:
    waiting = Waiting()
    older, newer = job(1, 7), job(1, 7)
    assert waiting.put(older) is None
    assert waiting.put(newer) is older
    assert len(waiting) == 1
    assert waiting.take(9) == [newer]


def test_who_is_shed_comes_from_the_largest_group(job: Any) -> None:
    waiting = Waiting()
    first = job(1, 1)
    waiting.put(first)
    waiting.put(job(1, 2))
    waiting.put(job(2, 1))
    assert waiting.drop() is first
    assert len(waiting) == 2
    with pytest.raises(ValueError, match="nothing waits"):
        Waiting().drop()


def test_under_load_every_member_is_served_as_often(job: Any) -> None:
    """Ten members always wait; three are served and two shed each time."""
    waiting = Waiting()
    served: Counter[int] = Counter()
    for _ in range(100):
        for member in range(10):
            waiting.put(job(1, member))
        waiting.drop()
        waiting.drop()
        served.update(one.member for one in waiting.take(3))
    assert max(served.values()) - min(served.values()) <= 2
    assert sum(served.values()) == 300


def test_the_oldest_arrival_is_known(job: Any) -> None:
    waiting = Waiting()
    assert waiting.oldest() is None
    first = job(1, 1)
    waiting.put(first)
    waiting.put(job(2, 1))
    assert waiting.oldest() == first.arrived
    assert len(waiting.drop_all()) == 2
    assert waiting.oldest() is None
