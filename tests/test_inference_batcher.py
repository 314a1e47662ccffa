"""The batcher: gathering, shedding, counting, and never taking anyone else down."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import count
from typing import Any

import pytest

from inference.analysis import AnalysisFailed, Shed
from inference.batcher import Batcher
from inference.frames import FrameError
from inference.pipeline import FrameResult


class Gate:
    """A pipeline whose batches the test lets through; it knows a frame by its first byte."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.batches: list[list[bytes]] = []
        self.renewed = 0

    def renew(self) -> None:
        self.renewed += 1

    def analyse(self, frames: Sequence[bytes]) -> list[FrameResult | FrameError]:
        self.batches.append(list(frames))
        self.entered.set()
        assert self.open.wait(10)
        if b"die" in frames:
            raise SystemExit
        if b"crash" in frames:
            raise RuntimeError("out of memory")
        return [
            FrameError("not_jpeg", "no picture")
            if frame == b"bad"
            else FrameResult(len(frame), 1, 0, None, None, None, "gate", "haar")
            for frame in frames
        ]


_number = count(1)


async def ask(batcher: Batcher, jpeg: bytes, group: int = 1, member: int = 0) -> FrameResult:
    """Have a frame analysed, by default one of a student who sends no other."""
    return await batcher.analyse(jpeg, group=group, member=member or -next(_number))


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


@pytest.fixture
async def running() -> AsyncIterator[list[Batcher]]:
    batchers: list[Batcher] = []
    yield batchers
    for batcher in batchers:
        batcher.stop()


def started(running: list[Batcher], batcher: Batcher) -> Batcher:
    batcher.start()
    running.append(batcher)
    return batcher


async def held(batcher: Batcher, gate: Gate) -> "asyncio.Task[FrameResult]":
    """Close the gate with one frame inside, so that all later ones wait."""
    gate.open.clear()
    gate.entered.clear()
    task = asyncio.create_task(ask(batcher, b"first"))
    assert await asyncio.to_thread(gate.entered.wait, 10)
    return task


async def queued(batcher: Batcher, length: int) -> None:
    deadline = time.monotonic() + 10
    while batcher.stats()["queue_length"] != length:
        assert time.monotonic() < deadline
        await asyncio.sleep(0)


async def test_every_frame_gets_its_own_answer(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    answers = await asyncio.gather(*(ask(batcher, bytes(n)) for n in range(1, 60)))
    assert [answer.width for answer in answers] == list(range(1, 60))
    stats = batcher.stats()
    assert stats["submitted"] == stats["answered"] == 59
    assert stats["batches"] == len(gate.batches) >= 4
    assert stats["busy_seconds"] >= 0
    assert stats["queue_length"] == 0


async def test_what_waits_goes_in_one_batch_up_to_its_size(
    running: list[Batcher], gate: Gate
) -> None:
    batcher = started(running, Batcher(gate, max_batch=4))
    first = await held(batcher, gate)
    others = [asyncio.create_task(ask(batcher, b"x")) for _ in range(6)]
    await queued(batcher, 6)
    gate.open.set()
    await asyncio.gather(first, *others)
    assert [len(batch) for batch in gate.batches] == [1, 4, 2]


async def test_a_full_batch_does_not_wait(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate, max_batch=3, max_wait_s=60, max_age_s=90))
    async with asyncio.timeout(10):
        await asyncio.gather(*(ask(batcher, b"x") for _ in range(3)))
    assert [len(batch) for batch in gate.batches] == [3]


async def test_a_bad_frame_is_rejected_alone(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    good, bad = await asyncio.gather(
        ask(batcher, b"good"), ask(batcher, b"bad"), return_exceptions=True
    )
    assert isinstance(good, FrameResult)
    assert isinstance(bad, FrameError)
    assert (batcher.stats()["answered"], batcher.stats()["rejected"]) == (1, 1)


async def test_an_old_frame_is_shed(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate, max_age_s=0.05))
    first = await held(batcher, gate)
    late = asyncio.create_task(ask(batcher, b"late"))
    await queued(batcher, 1)
    await asyncio.sleep(0.06)
    gate.open.set()
    assert (await first).width == 5
    with pytest.raises(Shed, match="out of date"):
        await late
    assert batcher.stats()["shed"] == 1


async def test_a_full_queue_sheds_its_oldest(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate, max_queue=2))
    first = await held(batcher, gate)
    tasks = []
    for number in range(1, 4):
        tasks.append(asyncio.create_task(ask(batcher, bytes(number))))
        await queued(batcher, min(number, 2))
    with pytest.raises(Shed, match="busy"):
        await tasks[0]
    gate.open.set()
    assert [answer.width for answer in await asyncio.gather(first, *tasks[1:])] == [5, 2, 3]


async def test_a_frame_that_breaks_the_analysis_fails_alone(
    running: list[Batcher], gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    batcher = started(running, Batcher(gate, max_batch=3, max_wait_s=0.5))
    first, crash, last = await asyncio.gather(
        *(ask(batcher, jpeg) for jpeg in (b"one", b"crash", b"three")), return_exceptions=True
    )
    assert isinstance(crash, AnalysisFailed)
    assert "out of memory" in caplog.text
    assert isinstance(first, FrameResult)
    assert isinstance(last, FrameResult)
    assert (first.width, last.width) == (3, 5)
    assert (await ask(batcher, b"next")).width == 4
    assert (batcher.stats()["failed"], batcher.stats()["answered"]) == (1, 3)


async def test_a_student_who_left_costs_no_analysis(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    first = await held(batcher, gate)
    gone = asyncio.create_task(ask(batcher, b"gone"))
    stays = asyncio.create_task(ask(batcher, b"stays"))
    await queued(batcher, 2)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    gate.open.set()
    await asyncio.gather(first, stays)
    assert gate.batches == [[b"first"], [b"stays"]]
    assert batcher.stats()["abandoned"] == 1


async def test_leaving_while_the_batch_runs_is_harmless(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    first = await held(batcher, gate)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    gate.open.set()
    assert (await ask(batcher, b"next")).width == 4


def test_a_closed_loop_is_tolerated(gate: Gate) -> None:
    batcher = Batcher(gate)
    batcher.start()

    async def leave() -> None:
        (await held(batcher, gate)).cancel()

    asyncio.run(leave())
    gate.open.set()
    assert asyncio.run(ask(batcher, b"next")).width == 4
    batcher.stop()


async def test_stopping_sheds_what_waits_and_what_comes(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    first = await held(batcher, gate)
    waiting = asyncio.create_task(ask(batcher, b"waiting"))
    await queued(batcher, 1)
    stopping = asyncio.create_task(asyncio.to_thread(batcher.stop))
    with pytest.raises(Shed, match="stopping"):
        await waiting
    gate.open.set()
    await stopping
    assert (await first).width == 5
    with pytest.raises(Shed, match="not running"):
        await ask(batcher, b"late")
    stats = batcher.stats()
    assert (stats["submitted"], stats["answered"], stats["shed"]) == (2, 1, 1)


async def test_it_can_be_started_twice_and_again_after_a_stop(
    running: list[Batcher], gate: Gate
) -> None:
    before = threading.active_count()
    batcher = started(running, Batcher(gate))
    batcher.start()
    assert threading.active_count() == before + 2
    batcher.stop()
    batcher.start()
    assert (await ask(batcher, b"again")).width == 5


async def test_room_is_there_again_once_no_more_wait_than_a_batch_takes(
    running: list[Batcher], gate: Gate
) -> None:
    batcher = started(running, Batcher(gate, max_batch=2, max_age_s=60))
    assert batcher.wait_for_room(0)
    tasks = [await held(batcher, gate)]
    tasks += [asyncio.create_task(ask(batcher, b"more")) for _ in range(3)]
    await queued(batcher, 3)
    assert not batcher.wait_for_room(0.05)
    later = asyncio.create_task(asyncio.to_thread(batcher.wait_for_room, 10))
    gate.open.set()
    assert await later
    await asyncio.gather(*tasks)


@pytest.mark.parametrize("options", [{"max_batch": 0}, {"max_queue": 0}])
def test_sizes_below_one_are_refused(gate: Gate, options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Batcher(gate, **options)


@pytest.mark.finding(10)
async def test_a_batch_that_hangs_is_given_up_and_the_next_frames_are_answered(
    running: list[Batcher], gate: Gate
) -> None:
    batcher = started(running, Batcher(gate, limit_s=0.3, max_age_s=10))
    stuck = await held(batcher, gate)
    with pytest.raises(Shed, match="hung"):
        await stuck
    assert not batcher.is_healthy
    stats = batcher.stats()
    assert (stats["hung"], stats["restarts"], gate.renewed) == (1, 1, 1)
    gate.open.set()
    assert (await ask(batcher, b"next")).width == 4
    assert batcher.is_healthy


@pytest.mark.finding(10)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_thread_that_dies_is_started_again_and_nobody_stays_unanswered(
    running: list[Batcher], gate: Gate
) -> None:
    """SystemExit ends a thread without a word."""
    batcher = started(running, Batcher(gate))
    with pytest.raises(Shed, match="started again"):
        await ask(batcher, b"die")
    assert batcher.stats()["restarts"] == 1
    assert (await ask(batcher, b"next")).width == 4
    assert batcher.is_healthy


class Slow(Gate):
    """A pipeline that takes a known time for a frame, and counts frames by their length."""

    def __init__(self, frame_s: float) -> None:
        super().__init__()
        self.frame_s = frame_s

    def analyse(self, frames: Sequence[bytes]) -> list[FrameResult | FrameError]:
        time.sleep(self.frame_s * len(frames))
        return super().analyse(frames)


async def student(
    batcher: Batcher, group: int, member: int, until: float, seen: Counter[str]
) -> None:
    """Send a frame, wait for the answer, and so on, four a second at most."""
    while time.monotonic() < until:
        began = time.monotonic()
        try:
            await batcher.analyse(b"frame", group=group, member=member)
            seen[f"answered {group}"] += 1
            seen[f"of {member}"] += 1
        except Shed:
            seen[f"shed {group}"] += 1
        await asyncio.sleep(max(0.0, began + 0.25 - time.monotonic()))


@pytest.mark.finding(11)
async def test_a_small_class_loses_nothing_beside_one_that_is_too_large(
    running: list[Batcher],
) -> None:
    """150 students offer 600 frames a second where 200 can be answered; five others 20."""
    batcher = started(running, Batcher(Slow(0.005), max_queue=120))
    seen: Counter[str] = Counter()
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for member in range(150):
            group.create_task(student(batcher, 1, member, began + 3, seen))
        for member in range(1000, 1005):
            group.create_task(student(batcher, 2, member, began + 3, seen))
    took = time.monotonic() - began
    assert seen["shed 1"] > 100
    assert seen["shed 2"] == 0
    assert seen["answered 2"] >= 20
    # Nothing is looked at in vain: the pipeline is as busy with answered frames as it can be.
    assert seen["answered 1"] + seen["answered 2"] > 0.7 * took / 0.005
    shares = [seen[f"of {member}"] for member in range(150)]
    assert min(shares) * 2 >= max(shares) - 1


@pytest.mark.finding(11)
async def test_a_slow_pipeline_gets_small_batches(running: list[Batcher]) -> None:
    """A batch of 16 would take 3.2 s, for which a class beside it would have to wait."""
    slow = Slow(0.2)
    batcher = started(running, Batcher(slow, max_batch=4, max_age_s=60, target_s=60))
    await asyncio.gather(*(ask(batcher, b"x") for _ in range(10)))
    assert max(map(len, slow.batches[-3:])) <= 2


@pytest.mark.finding(11)
async def test_it_knows_its_capacity_once_it_was_put_to_the_test(running: list[Batcher]) -> None:
    batcher = started(running, Batcher(Slow(0.005), max_queue=20))
    await ask(batcher, b"alone")
    assert batcher.capacity() is None
    seen: Counter[str] = Counter()
    until = time.monotonic() + 1
    async with asyncio.TaskGroup() as group:
        for member in range(150):
            group.create_task(student(batcher, 1, member, until, seen))
    assert seen["shed 1"] > 0
    capacity = batcher.capacity()
    # 200 a second on an idle machine; never more.
    assert capacity is not None
    assert 50 < capacity <= 201
