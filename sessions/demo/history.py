"""Made-up but plausible sessions: who attends when, and what a model would have seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.engagement import GAZE, SCALE
from inference.expression import WEIGHTS
from inference.facing import WINDOW_S
from inference.labels import EMOTIONS

Floats = NDArray[np.float64]

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
SMOOTHED_S: Final = 6.0
"""The mean of so many seconds is as steady as the exponential smoothing of a student's track."""


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
class Frames:
    """What a camera shows of a person in N frames, in order of time.

    second: (N,), of the session. faces: (N,). turned: (N,), whether the head is turned away.
    probabilities: (N, 7), what a model would say of the face.
    """

    second: Floats
    faces: NDArray[np.int64]
    turned: NDArray[np.bool_]
    probabilities: Floats


@dataclass(frozen=True, slots=True)
class Seen:
    """A person's N samples, in order of time.

    second: (N,), of the session. faces: (N,). probabilities: (N, 7). expression, facing,
    engagement: (N,). NaN is unknown: everything without a face, and the emotions of one who is
    turned away. turned: (N,), whether most of the last seconds were turned away.
    """

    second: Floats
    faces: NDArray[np.int64]
    probabilities: Floats
    expression: Floats
    facing: Floats
    engagement: Floats
    turned: NDArray[np.bool_]


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


def frames_of(person: Person, interval_s: float, rng: np.random.Generator) -> Frames:
    """The person's frames; none without a camera."""
    stays = person.stays if person.has_camera else ()
    parts = [np.arange(start, end, interval_s) for start, end in stays]
    times = np.concatenate([*parts, np.empty(0)])
    if not len(times):
        return Frames(times, np.empty(0, np.int64), np.empty(0, np.bool_), np.empty((0, 7)))
    away = _away(times, person.restlessness, rng)
    turned = _away(times, person.restlessness, rng)
    faces = np.where(away, 0, 1 + (rng.random(len(times)) < 0.004))
    return Frames(times, faces, turned, _probabilities(times, person, rng))


def samples_of(
    person: Person, interval_s: float, rng: np.random.Generator, *, with_emotion: bool
) -> Seen:
    """The person's samples; none without a camera.

    As a model and a student's track would give them, but for whole arrays at once: means over
    seconds stand in for the exponential smoothing.
    """
    frames = frames_of(person, interval_s, rng)
    probabilities = frames.probabilities
    if not len(frames.second):
        none, no_flag = np.empty(0), np.empty(0, np.bool_)
        return Seen(none, frames.faces, probabilities, none, none, none, no_flag)
    window = max(1, round(WINDOW_S / interval_s))
    facing = _trailing_mean(np.where(frames.turned, 0.0, 1.0), window)
    expression = _trailing_mean(
        probabilities @ np.array([WEIGHTS[name] for name in EMOTIONS]),
        max(1, round(SMOOTHED_S / interval_s)),
    )
    engagement = np.clip(expression * GAZE * facing / SCALE, 0, 1)
    unseen, turned = (frames.faces == 0) | (not with_emotion), facing < 0.5
    probabilities[unseen | turned | frames.turned] = np.nan
    for values in (expression, facing, engagement):
        values[unseen] = np.nan
    return Seen(frames.second, frames.faces, probabilities, expression, facing, engagement, turned)


def _trailing_mean(values: Floats, window: int) -> Floats:
    """The mean of each value and those before it, window in all."""
    sums = np.cumsum(np.concatenate(([0.0], values)))
    last = np.arange(1, len(values) + 1)
    first = np.maximum(0, last - window)
    result: Floats = (sums[last] - sums[first]) / (last - first)
    return result


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


def _away(times: Floats, restlessness: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Stretches of some seconds in which no face is in view."""
    away = rng.random(len(times)) < 0.015
    for minute in np.arange(times[0], times[-1], 60):
        if rng.random() < restlessness:
            start = minute + rng.uniform(0, 60)
            away |= (times >= start) & (times < start + rng.uniform(6, 45))
    return away


def _probabilities(times: Floats, person: Person, rng: np.random.Generator) -> Floats:
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
    result: Floats = powers / powers.sum(axis=1, keepdims=True)
    return result


def _class_tiredness(times: Floats) -> Floats:
    """Rises through the session, falls when the class does an experiment, dips after it."""
    drift = 0.05 + 0.2 * times / 3000
    experiment = -0.25 * np.exp(-(((times - 1150) / 150) ** 2))
    slump = 0.3 * np.exp(-(((times - 2050) / 240) ** 2))
    summing_up = -0.3 * np.exp(-(((times - 2850) / 120) ** 2))
    result: Floats = drift + experiment + slump + summing_up
    return result


def _wander(length: int, rng: np.random.Generator) -> Floats:
    """A slow random walk that is drawn back to zero."""
    steps = rng.normal(0, 0.05, length)
    result = np.empty(length)
    value = 0.0
    for index, step in enumerate(steps):
        value = 0.96 * value + step
        result[index] = value
    return result
