"""Made-up but plausible sessions: who attends when, and what a model would have seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.engagement import INDEX_2
from inference.pipeline import FrameResult
from inference.pose import Pose
from inference.track import Estimate, StudentTrack

NAMES: Final = (
    "Ada Novak",
    "Ben Okafor",
    "Chloé Martin",
    "Daniel Weiss",
    "Elif Demir",
    "Farid Haddad",
    "Grace Lim",
    "Hugo Santos",
    "Ines Keller",
    "Jonas Berg",
    "Keiko Tanaka",
    "Liam Byrne",
    "Maja Kowalska",
    "Noor de Vries",
    "Oskar Lund",
    "Priya Raman",
    "Quentin Roy",
    "Rosa Delgado",
)
NO_CAMERA: Final = "Quentin Roy"
LATE: Final = "Jonas Berg"
LEFT_EARLY: Final = "Rosa Delgado"
DROPPED_OUT: Final = "Hugo Santos"

CALM: Final = np.array([-1.2, -2.4, -1.6, 0.2, 2.4, 0.0, -0.8])
"""What a listening face scores, in the order of EMOTIONS, before the softmax."""
TIRED: Final = np.array([0.9, 0.5, 0.7, -0.9, -1.7, 2.2, -0.5])
AMUSED: Final = np.array([-0.6, -0.4, -0.5, 3.4, -0.8, -0.8, 0.9])


@dataclass(frozen=True, slots=True)
class Person:
    """A student of a made-up session."""

    name: str
    stays: tuple[tuple[float, float], ...]
    """Seconds of the session at which each connection began and ended."""
    has_camera: bool
    tiredness: float
    restlessness: float
    """Chance to look away in a stretch of a minute."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One sample to store."""

    second: float
    faces: int
    estimate: Estimate


def people(rng: np.random.Generator, length_s: float) -> list[Person]:
    """The class of a session: one comes late, one leaves early, one drops out for a while."""
    return [
        Person(
            name=name,
            stays=_stays(name, length_s, rng),
            has_camera=name != NO_CAMERA,
            tiredness=float(rng.uniform(-0.25, 0.4)),
            restlessness=float(rng.uniform(0.02, 0.2)),
        )
        for name in NAMES
    ]


def samples_of(
    person: Person, interval_s: float, rng: np.random.Generator, *, with_emotion: bool
) -> Iterator[Seen]:
    """The person's samples in order of time; none without a camera."""
    if not person.has_camera:
        return
    track = StudentTrack(INDEX_2)
    for start, end in person.stays:
        times = np.arange(start, end, interval_s)
        if not len(times):
            continue
        away = _away(times, person.restlessness, rng)
        turned = _away(times, person.restlessness, rng)
        for index, row in enumerate(_probabilities(times, person, rng)):
            pose = Pose(float(rng.normal(55 if turned[index] else 4, 4)), float(rng.normal(6, 3)))
            frame = _frame(row, pose, with_emotion) if not away[index] else NOBODY
            faces = 2 if frame.faces and rng.random() < 0.004 else frame.faces
            second = float(times[index])
            yield Seen(second, faces, track.update(second, frame))


NOBODY: Final = FrameResult(320, 240, 0, None, None, None, "", "")


def _frame(row: NDArray[np.float64], pose: Pose, with_emotion: bool) -> FrameResult:
    """A frame with one face, which the presence policy looks no further at."""
    if not with_emotion:
        return replace(NOBODY, faces=1)
    return replace(NOBODY, faces=1, probabilities=tuple(map(float, row)), pose=pose)


def _stays(name: str, length_s: float, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    begin = float(rng.uniform(0, 40))
    end = length_s - float(rng.uniform(0, 10))
    if name == LATE:
        begin = 0.18 * length_s
    if name == LEFT_EARLY:
        end = 0.64 * length_s
    if name == DROPPED_OUT:
        return ((begin, 0.4 * length_s), (0.47 * length_s, end))
    return ((begin, end),)


def _away(
    times: NDArray[np.float64], restlessness: float, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Stretches of some seconds in which no face is in view."""
    away = rng.random(len(times)) < 0.015
    for minute in np.arange(times[0], times[-1], 60):
        if rng.random() < restlessness:
            start = minute + rng.uniform(0, 60)
            away |= (times >= start) & (times < start + rng.uniform(6, 45))
    return away


def _probabilities(
    times: NDArray[np.float64], person: Person, rng: np.random.Generator
) -> NDArray[np.float64]:
    """(len(times), 7) probabilities: a face between calm and tired that is sometimes amused."""
    tired = np.clip(_class_tiredness(times) + person.tiredness + _wander(len(times), rng), 0, 1)
    scores = CALM + tired[:, None] * (TIRED - CALM)
    for start in rng.uniform(times[0], times[-1], size=max(1, int((times[-1] - times[0]) / 400))):
        laugh = np.exp(-(((times - start) / 7) ** 2))
        scores += laugh[:, None] * (AMUSED - scores) * 0.9
    joke = np.exp(-(((times - 690) / 12) ** 2))
    scores += joke[:, None] * (AMUSED - scores) * 0.8
    scores += rng.normal(0, 0.35, scores.shape)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return result


def _class_tiredness(times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rises through the session, falls when the class does an experiment, dips after it."""
    drift = 0.05 + 0.2 * times / 3000
    experiment = -0.25 * np.exp(-(((times - 1150) / 150) ** 2))
    slump = 0.3 * np.exp(-(((times - 2050) / 240) ** 2))
    summing_up = -0.3 * np.exp(-(((times - 2850) / 120) ** 2))
    result: NDArray[np.float64] = drift + experiment + slump + summing_up
    return result


def _wander(length: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A slow random walk that is drawn back to zero."""
    steps = rng.normal(0, 0.05, length)
    result = np.empty(length)
    value = 0.0
    for index, step in enumerate(steps):
        value = 0.96 * value + step
        result[index] = value
    return result
