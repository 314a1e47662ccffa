"""A made-up class that takes part in a live session: real HTTP and sockets, recorded answers."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import replace
from typing import Final

import httpx
import numpy as np

from inference import recorded
from inference.recorded import Recording
from sessions.demo.browser import Browser, Plan, SimulationError
from sessions.demo.history import Person, frames_of, people
from sessions.demo.simulation import Film, OnAnswer, Outcome, SimulatedStudent

LENGTH_S: Final = 50 * 60
"""Of what is recorded; it begins again."""
LESSON_S: Final = 8 * 3600
TURNED_YAW: Final = 45.0
SWAY: Final = 4.0
"""Degrees: no head is still."""
READY_WITHIN_S: Final = 180.0
SIGN_EVERY_S: Final = 30.0
HAND_S: Final = 20.0
SIGNS: Final = ("hand", "confused", "hand", "too_fast")


def cast(count: int, rng: np.random.Generator) -> list[Person]:
    """So many people who stay for the lesson; a name that comes again gets a number."""
    found: list[Person] = []
    while len(found) < count:
        group = people(rng, LENGTH_S)
        again = len(found) // len(group) + 1
        suffix = "" if again == 1 else f" {again}"
        found += [replace(p, name=p.name + suffix, stays=((0, LENGTH_S),)) for p in group]
    return found[:count]


def film_of(person: Person, fps: float, rng: np.random.Generator) -> Film | None:
    """What the person's camera sends; None without a camera."""
    frames = frames_of(person, 1 / fps, rng)
    count = len(frames.second)
    if not count:
        return None
    angles = rng.normal(0, SWAY, (count, 2)) + np.outer(frames.turned, (TURNED_YAW, 0))

    def frame_at(second: float) -> bytes:
        index = round(second * fps) % count
        yaw, pitch = angles[index].round(1).tolist()
        values = frames.probabilities[index].round(4).tolist()
        return recorded.write(Recording(int(frames.faces[index]), yaw, pitch, tuple(values)))

    return frame_at


def wait_until_ready(url: str, within_s: float = READY_WITHIN_S) -> None:
    """Wait for the server that is starting. Raises SimulationError where none does."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            if httpx.get(f"{url}/readyz", timeout=5).is_success:
                return
        time.sleep(0.5)
    raise SimulationError(f"No server was ready at {url} within {within_s:.0f} s.")


async def play(plan: Plan, seed: int, on_answer: OnAnswer) -> Outcome:
    """Have the class take part until the plan's seconds are over, the session or the server ends.

    Raises SimulationError when the students cannot join.
    """
    rng, outcome = np.random.default_rng(seed), Outcome()
    students = []
    for number, person in enumerate(cast(plan.students, rng)):
        film = await asyncio.to_thread(film_of, person, plan.fps, rng)
        delay_s = number / plan.students / plan.fps
        students.append(SimulatedStudent(plan, person.name, film, delay_s, outcome))
    for student in students:
        await asyncio.to_thread(student.join)
    begin_at = time.monotonic() + 0.5
    signs = asyncio.create_task(_give_signs([student.browser for student in students], rng))
    try:
        async with asyncio.TaskGroup() as group:
            for student in students:
                group.create_task(student.attend(begin_at, on_answer))
    finally:
        signs.cancel()
    return outcome


async def _give_signs(browsers: list[Browser], rng: np.random.Generator) -> None:
    """Now and then somebody raises a hand, or says how it goes."""
    while True:
        await asyncio.sleep(SIGN_EVERY_S)
        browser = browsers[int(rng.integers(len(browsers)))]
        kind = SIGNS[int(rng.integers(len(SIGNS)))]
        with suppress(httpx.HTTPError):
            await asyncio.to_thread(browser.signal, kind)
            if kind == "hand":
                await asyncio.sleep(HAND_S)
                await asyncio.to_thread(browser.signal, kind, is_up=False)
