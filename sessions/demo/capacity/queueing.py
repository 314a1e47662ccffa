"""Frames of very many students before replicas of the analysis: a discrete-event simulation.

A lesson begins: students come one after the other within some minutes and send a frame a second
each. A frame goes to any replica that runs; a replica takes all that wait, up to a batch, and
its time grows with the batch as was measured. An autoscaler looks every few seconds at how busy
the replicas were, and starts as many as would bring them to its target.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import simpy

TICK_S: Final = 0.05
BATCH: Final = 16
LATE_S: Final = 1.0
LOOK_EVERY_S: Final = 10.0

Process = Generator[simpy.Event, Any, None]


@dataclass(frozen=True, slots=True)
class Scene:
    """batch_s, frame_s: a replica's time for a batch is batch_s + frame_s for each of its frames.

    ramp_s: within it all students come. start_s: a replica's time to get ready. target: how busy
    the autoscaler wants replicas, 0 to 1. first: replicas at the beginning.
    """

    students: int
    batch_s: float
    frame_s: float
    target: float
    ramp_s: float = 180.0
    seconds: float = 240.0
    start_s: float = 30.0
    first: int = 4


@dataclass(frozen=True, slots=True)
class Found:
    """first, replicas: at the beginning and at the end. shed: share of frames that waited longer
    than LATE_S and were not looked at. p95_s: of the others, from their arrival to the end of the
    batch. replica_hours: of all that ran.
    """

    target: float
    first: int
    replicas: int
    frames: int
    p50_s: float
    p95_s: float
    p99_s: float
    shed: float
    replica_hours: float


class _Replica:
    def __init__(self, env: simpy.Environment) -> None:
        self.has_some = env.event()
        self.waiting: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
        self.count = 0
        self.busy_s = 0.0


class _Run:
    """One simulation; times in seconds since the lesson began."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.env = simpy.Environment()
        self.rng = np.random.default_rng(seed)
        self.replicas: list[_Replica] = []
        self.starting = 0
        self.shed = 0
        self.took: list[np.ndarray[tuple[int], np.dtype[np.float64]]] = []
        self.replica_s = 0.0

    def run(self) -> Found:
        for _ in range(self.scene.first):
            self._add()
        self.env.process(self._arrivals())
        self.env.process(self._autoscaler())
        self.env.run(until=self.scene.seconds)
        took = np.concatenate(self.took)
        p50, p95, p99 = (round(float(value), 3) for value in np.percentile(took, (50, 95, 99)))
        frames = len(took) + self.shed
        return Found(
            target=self.scene.target,
            first=self.scene.first,
            replicas=len(self.replicas),
            frames=frames,
            p50_s=p50,
            p95_s=p95,
            p99_s=p99,
            shed=round(self.shed / frames, 4),
            replica_hours=round(self.replica_s / 3600, 2),
        )

    def _add(self) -> None:
        replica = _Replica(self.env)
        self.replicas.append(replica)
        self.env.process(self._serve(replica))

    def _arrivals(self) -> Process:
        scene = self.scene
        while True:
            yield self.env.timeout(TICK_S)
            now = self.env.now
            here = scene.students * min(1.0, now / scene.ramp_s)
            # Students' phases are independent: of many, the frames of a tick are Poisson.
            count = self.rng.poisson(here * TICK_S)
            share = self.rng.multinomial(count, np.full(len(self.replicas), 1 / len(self.replicas)))
            for replica, frames in zip(self.replicas, share.tolist(), strict=True):
                if frames:
                    at = now - self.rng.uniform(0, TICK_S, frames)
                    replica.waiting.append(np.sort(at))
                    replica.count += frames
                    if not replica.has_some.triggered:
                        replica.has_some.succeed()

    def _serve(self, replica: _Replica) -> Process:
        scene = self.scene
        while True:
            if not replica.count:
                replica.has_some = self.env.event()
                yield replica.has_some
            waiting = np.concatenate(replica.waiting)
            old = int(np.searchsorted(waiting, self.env.now - LATE_S))
            self.shed += old
            waiting = waiting[old:]
            batch, rest = waiting[:BATCH], waiting[BATCH:]
            replica.waiting = [rest] if len(rest) else []
            replica.count = len(rest)
            if not len(batch):
                continue
            seconds = scene.batch_s + scene.frame_s * len(batch)
            yield self.env.timeout(seconds)
            replica.busy_s += seconds
            self.took.append(self.env.now - batch)

    def _autoscaler(self) -> Process:
        before: dict[_Replica, float] = {}
        while True:
            yield self.env.timeout(LOOK_EVERY_S)
            self.replica_s += LOOK_EVERY_S * len(self.replicas)
            busy = sum(one.busy_s - before.get(one, 0.0) for one in self.replicas) / LOOK_EVERY_S
            before = {one: one.busy_s for one in self.replicas}
            # What waits is work, too, that the next look must have done.
            waits = sum(one.count for one in self.replicas) * self._frame_s() / LOOK_EVERY_S
            wanted = math.ceil((busy + waits) / self.scene.target)
            for _ in range(wanted - len(self.replicas) - self.starting):
                self.starting += 1
                self.env.process(self._start())

    def _frame_s(self) -> float:
        return self.scene.frame_s + self.scene.batch_s / BATCH

    def _start(self) -> Process:
        yield self.env.timeout(self.scene.start_s)
        self.starting -= 1
        self._add()


def simulate(scene: Scene, seed: int = 1) -> Found:
    """The same for the same seed."""
    return _Run(scene, seed).run()
