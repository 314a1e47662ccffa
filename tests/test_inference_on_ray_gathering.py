"""Frames gather while calls are under way; who waits too long, or is one too many, is shed."""

from __future__ import annotations

import asyncio
from collections import Counter
from importlib.util import find_spec

import pytest

from inference.analysis import AnalysisFailed, Shed
from inference.frames import FrameError
from inference.pipeline import FrameResult
from inference.stages import Sums
from tests.conftest import skip_or_fail

if find_spec("ray") is None:
    skip_or_fail("Ray is not installed: pip install -r requirements-ray.txt")

from inference.on_ray import gathering
from inference.on_ray.gathering import Gathering
from inference.on_ray.replica import MAX_BATCH, Answer

SEEN = FrameResult(320, 240, 0, None, None, None, "", "haar")


class Calls:
    """Calls that end when they are told to."""

    def __init__(self) -> None:
        self.frames: list[list[bytes]] = []
        self.go_on = asyncio.Event()
        self.error: Exception | None = None

    async def ask(self, frames: list[bytes]) -> list[Answer]:
        self.frames.append(frames)
        await self.go_on.wait()
        if self.error:
            raise self.error
        return [Answer(SEEN, {"queue": 0.0}) for _ in frames]


async def send(
    gathering: Gathering, count: int, member: int = 0
) -> list[asyncio.Task[FrameResult]]:
    tasks = [
        asyncio.create_task(gathering.analyse(b"%d" % number, group=1, member=member + number))
        for number in range(count)
    ]
    await asyncio.sleep(0)
    return tasks


async def test_a_lone_frame_waits_for_no_other() -> None:
    calls = Calls()
    gathering = Gathering(calls.ask, Sums(), 1)
    (task,) = await send(gathering, 1)
    await asyncio.sleep(0)
    assert calls.frames == [[b"0"]]
    calls.go_on.set()
    assert await task == SEEN


async def test_while_all_lanes_are_taken_frames_gather_into_one_call() -> None:
    calls = Calls()
    gathering = Gathering(calls.ask, Sums(), 2)
    tasks = await send(gathering, 2 + MAX_BATCH + 3)
    await asyncio.sleep(0)
    assert [len(frames) for frames in calls.frames] == [1, 1]
    assert len(gathering) == MAX_BATCH + 3
    calls.go_on.set()
    assert await asyncio.gather(*tasks) == [SEEN] * len(tasks)
    assert [len(frames) for frames in calls.frames] == [1, 1, MAX_BATCH, 3]


async def test_a_frame_that_waited_too_long_is_shed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_WAIT_S", 0.05)
    calls = Calls()
    waiting = Gathering(calls.ask, Sums(), 1)
    first, second = await send(waiting, 2)
    await asyncio.sleep(0.1)
    calls.go_on.set()
    assert await first == SEEN
    with pytest.raises(Shed, match="busy"):
        await second


async def test_of_too_many_each_member_has_the_same_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_QUEUE", 8)
    served: Counter[int] = Counter()
    waiting = Gathering(lambda frames: quick(frames), Sums(), 1)

    async def quick(frames: list[bytes]) -> list[Answer]:
        await asyncio.sleep(0.005)
        return [Answer(SEEN, {}) for _ in frames]

    async def member(number: int) -> None:
        for _ in range(30):
            try:
                await waiting.analyse(b"", group=1, member=number)
                served[number] += 1
            except Shed:
                await asyncio.sleep(0.005)

    await asyncio.gather(*(member(number) for number in range(24)))
    assert min(served[number] for number in range(24)) * 2 >= max(served.values())


@pytest.mark.parametrize("error", [Shed("It ended."), AnalysisFailed("It failed.")])
async def test_a_call_that_fails_fails_its_frames_and_the_next_is_made(error: Exception) -> None:
    calls = Calls()
    calls.error = error
    calls.go_on.set()
    gathering = Gathering(calls.ask, Sums(), 1)
    outcomes = await asyncio.gather(*await send(gathering, 3), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(error)] * 3
    calls.error = None
    assert await gathering.analyse(b"", group=1, member=1) == SEEN


async def test_the_unforeseen_leaves_nobody_without_an_answer() -> None:
    calls = Calls()
    calls.error = RuntimeError("unforeseen")
    calls.go_on.set()
    with pytest.raises(AnalysisFailed):
        await Gathering(calls.ask, Sums(), 1).analyse(b"", group=1, member=1)


async def test_each_frame_has_its_own_answer() -> None:
    async def ask(frames: list[bytes]) -> list[Answer]:
        found: dict[bytes, FrameResult | FrameError | None] = {
            b"0": SEEN, b"1": FrameError("not_jpeg", "It is no JPEG."), b"2": None
        }  # fmt: skip
        return [Answer(found[one], {}) for one in frames]

    tasks = await send(Gathering(ask, Sums(), 1), 3)
    seen, rejected, failed = await asyncio.gather(*tasks, return_exceptions=True)
    assert seen == SEEN
    assert isinstance(rejected, FrameError)
    assert isinstance(failed, AnalysisFailed)


async def test_who_has_left_is_asked_about_no_more() -> None:
    calls = Calls()
    gathering = Gathering(calls.ask, Sums(), 1)
    first, second = await send(gathering, 2)
    second.cancel()
    await asyncio.sleep(0)
    calls.go_on.set()
    assert await first == SEEN
    await asyncio.sleep(0)
    assert calls.frames == [[b"0"]]
