"""The batcher: gathering, shedding, counting, and never taking anyone else down."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence

import pytest

from inference.batcher import AnalysisFailed, Batcher, Shed
from inference.frames import FrameError
from inference.pipeline import FrameResult


class Gate:
    """A pipeline whose batches the test lets through; it knows a frame by its first byte."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.batches: list[list[bytes]] = []

    def analyse(self, frames: Sequence[bytes]) -> list[FrameResult | FrameError]:
        self.batches.append(list(frames))
        self.entered.set()
        assert self.open.wait(10)
        if b"crash" in frames:
            raise RuntimeError("out of memory")
        return [
            FrameError("not_jpeg", "no picture")
            if frame == b"bad"
            else FrameResult(len(frame), 1, 0, None, None, None, "gate")
            for frame in frames
        ]


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
    task = asyncio.create_task(batcher.analyse(b"first"))
    assert await asyncio.to_thread(gate.entered.wait, 10)
    return task


async def queued(batcher: Batcher, length: int) -> None:
    deadline = time.monotonic() + 10
    while batcher.stats()["queue_length"] != length:
        assert time.monotonic() < deadline
        await asyncio.sleep(0)


async def test_every_frame_gets_its_own_answer(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    answers = await asyncio.gather(*(batcher.analyse(bytes(n)) for n in range(1, 60)))
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
    others = [asyncio.create_task(batcher.analyse(b"x")) for _ in range(6)]
    await queued(batcher, 6)
    gate.open.set()
    await asyncio.gather(first, *others)
    assert [len(batch) for batch in gate.batches] == [1, 4, 2]


async def test_a_full_batch_does_not_wait(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate, max_batch=3, max_wait_s=60, max_age_s=90))
    async with asyncio.timeout(10):
        await asyncio.gather(*(batcher.analyse(b"x") for _ in range(3)))
    assert [len(batch) for batch in gate.batches] == [3]


async def test_a_bad_frame_is_rejected_alone(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    good, bad = await asyncio.gather(
        batcher.analyse(b"good"), batcher.analyse(b"bad"), return_exceptions=True
    )
    assert isinstance(good, FrameResult)
    assert isinstance(bad, FrameError)
    assert (batcher.stats()["answered"], batcher.stats()["rejected"]) == (1, 1)


async def test_an_old_frame_is_shed(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate, max_age_s=0.05))
    first = await held(batcher, gate)
    late = asyncio.create_task(batcher.analyse(b"late"))
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
        tasks.append(asyncio.create_task(batcher.analyse(bytes(number))))
        await queued(batcher, min(number, 2))
    with pytest.raises(Shed, match="Too many"):
        await tasks[0]
    gate.open.set()
    assert [answer.width for answer in await asyncio.gather(first, *tasks[1:])] == [5, 2, 3]


async def test_a_frame_that_breaks_the_analysis_fails_alone(
    running: list[Batcher], gate: Gate, caplog: pytest.LogCaptureFixture
) -> None:
    batcher = started(running, Batcher(gate, max_batch=3, max_wait_s=1))
    first, crash, last = await asyncio.gather(
        *(batcher.analyse(jpeg) for jpeg in (b"one", b"crash", b"three")), return_exceptions=True
    )
    assert isinstance(crash, AnalysisFailed)
    assert "out of memory" in caplog.text
    assert isinstance(first, FrameResult)
    assert isinstance(last, FrameResult)
    assert (first.width, last.width) == (3, 5)
    assert (await batcher.analyse(b"next")).width == 4
    assert (batcher.stats()["failed"], batcher.stats()["answered"]) == (1, 3)


async def test_a_student_who_left_costs_no_analysis(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    first = await held(batcher, gate)
    gone = asyncio.create_task(batcher.analyse(b"gone"))
    stays = asyncio.create_task(batcher.analyse(b"stays"))
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
    assert (await batcher.analyse(b"next")).width == 4


def test_a_closed_loop_is_tolerated(gate: Gate) -> None:
    batcher = Batcher(gate)
    batcher.start()

    async def leave() -> None:
        (await held(batcher, gate)).cancel()

    asyncio.run(leave())
    gate.open.set()
    assert asyncio.run(batcher.analyse(b"next")).width == 4
    batcher.stop()


async def test_stopping_sheds_what_waits_and_what_comes(running: list[Batcher], gate: Gate) -> None:
    batcher = started(running, Batcher(gate))
    first = await held(batcher, gate)
    waiting = asyncio.create_task(batcher.analyse(b"waiting"))
    await queued(batcher, 1)
    stopping = asyncio.create_task(asyncio.to_thread(batcher.stop))
    with pytest.raises(Shed, match="stopping"):
        await waiting
    gate.open.set()
    await stopping
    assert (await first).width == 5
    with pytest.raises(Shed, match="not running"):
        await batcher.analyse(b"late")
    stats = batcher.stats()
    assert (stats["submitted"], stats["answered"], stats["shed"]) == (2, 1, 1)


async def test_it_can_be_started_twice_and_again_after_a_stop(
    running: list[Batcher], gate: Gate
) -> None:
    before = threading.active_count()
    batcher = started(running, Batcher(gate))
    batcher.start()
    assert threading.active_count() == before + 1
    batcher.stop()
    batcher.start()
    assert (await batcher.analyse(b"again")).width == 5


@pytest.mark.parametrize("options", [{"max_batch": 0}, {"max_queue": 0}])
def test_sizes_below_one_are_refused(gate: Gate, options: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        Batcher(gate, **options)
