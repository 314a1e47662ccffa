"""Frames that wait for their batch: groups take turns, and so do the members of a group."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final

from inference.pipeline import FrameResult

MOST_REMEMBERED: Final = 10_000
"""Members whose last turn is known; a forgotten one goes first, which harms nobody."""


@dataclass(slots=True, eq=False)
class Job:
    """One frame that waits. arrived, settled: of time.monotonic()."""

    jpeg: bytes
    future: asyncio.Future[FrameResult]
    loop: asyncio.AbstractEventLoop
    arrived: float
    group: int
    member: int
    settled: float = 0.0

    def settle(self, outcome: FrameResult | Exception) -> None:
        """Resolve its future from any thread; nothing happens where nobody waits any more."""

        def set_outcome() -> None:
            if self.future.done():
                return
            if isinstance(outcome, Exception):
                self.future.set_exception(outcome)
            else:
                self.future.set_result(outcome)

        self.settled = time.monotonic()
        # The loop may have been closed meanwhile.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(set_outcome)


class Waiting:
    """Not safe from several threads by itself: its owner holds a lock.

    A member has at most one frame here. Who was served longest ago goes first, so that under
    load every member gets the same share of its group, and every group the same share.
    """

    def __init__(self) -> None:
        self._groups: OrderedDict[int, dict[int, Job]] = OrderedDict()
        self._turns: OrderedDict[tuple[int, int], int] = OrderedDict()
        self._sizes: Counter[int] = Counter()
        self._turn = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def put(self, job: Job) -> Job | None:
        """Let a frame wait; returns the older one of the same member, whose place it takes."""
        members = self._groups.setdefault(job.group, {})
        older = members.pop(job.member, None)
        members[job.member] = job
        self._count += older is None
        return older

    def take(self, most: int) -> list[Job]:
        """Take up to so many frames, one of each group in turn."""
        taken: list[Job] = []
        while self._groups and len(taken) < most:
            group, members = self._groups.popitem(last=False)
            job = min(members.values(), key=self._last_turn)
            self._note_turn(job)
            taken.append(self._remove(group, members, job))
        return taken

    def drop(self) -> Job:
        """Take out one that is to be shed: of the largest group, whoever was served last.

        Where as many wait of several groups, the largest is the one of which most were served.

        Raises ValueError when nothing waits.
        """
        if not self._groups:
            raise ValueError("nothing waits")
        group = max(self._groups, key=lambda key: (len(self._groups[key]), self._sizes[key]))
        members = self._groups.pop(group)
        # Among those served equally long ago the oldest goes: its answer would be about the past.
        job = max(members.values(), key=lambda one: (self._last_turn(one), -one.arrived))
        return self._remove(group, members, job)

    def drop_all(self) -> list[Job]:
        """Take out everything."""
        jobs = [job for members in self._groups.values() for job in members.values()]
        self._groups.clear()
        self._count = 0
        return jobs

    def oldest(self) -> float | None:
        """When the one that waits longest arrived; None when nothing waits."""
        firsts = (next(iter(members.values())) for members in self._groups.values())
        return min((job.arrived for job in firsts), default=None)

    def _remove(self, group: int, members: dict[int, Job], job: Job) -> Job:
        del members[job.member]
        if members:
            self._groups[group] = members
        self._count -= 1
        return job

    def _last_turn(self, job: Job) -> int:
        return self._turns.get((job.group, job.member), 0)

    def _note_turn(self, job: Job) -> None:
        self._turn += 1
        self._sizes[job.group] += (job.group, job.member) not in self._turns
        self._turns[job.group, job.member] = self._turn
        self._turns.move_to_end((job.group, job.member))
        while len(self._turns) > MOST_REMEMBERED:
            (group, _), _ = self._turns.popitem(last=False)
            self._sizes[group] -= 1
            if not self._sizes[group]:
                del self._sizes[group]
