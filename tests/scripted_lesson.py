"""One scripted lesson whose every figure a plain calculation gives, seen live and stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from inference.labels import EMOTIONS
from inference.track import Estimate
from sessions.live.dashboard_messages import BucketView
from sessions.live.people import Presence
from sessions.live.state import ClassState
from sessions.live.tallies import Seconds, Slots
from sessions.models import Answer, CheckIn, ClassSession, Marker, Participant, Sample
from tests.factories import (
    make_course,
    make_participant,
    make_session,
    make_student,
    make_teacher,
    store,
)
from tests.known_session import add_stay

LENGTH_S = 120
HAPPY = tuple(0.94 if name == "happy" else 0.01 for name in EMOTIONS)
FACING = {"Ann": 0.9, "Ben": 0.5, "Cas": 0.7}
Moments = dict[int, tuple[float | None, int]]
"""By second: the engagement, None for away, and how many samples."""
SCRIPT: dict[str, tuple[tuple[int, int], Moments]] = {
    "Ann": ((0, 120), dict.fromkeys(range(120), (0.8, 1))),
    "Ben": ((0, 120), dict.fromkeys(range(60), (0.2, 10))),
    "Cas": ((30, 90), {second: (None if second % 2 else 0.5, 1) for second in range(30, 90)}),
    "Dot": ((0, 120), {}),
}
ABSENT = "Eve"
MARKERS = (0, 47, 90)
ANSWERS = {"Ann": 5, "Ben": 2, "Cas": 3, "Dot": 4}
ANSWERED_AT = 80


@dataclass
class Played:
    """The session as stored, and what a dashboard was told that was open all the time."""

    session: ClassSession
    live: dict[int, BucketView]


def play() -> Played:
    """The lesson, 40 days ago."""
    ended = timezone.now().replace(microsecond=0) - timedelta(days=40)
    session = make_session(
        make_course(make_teacher()),
        state="ended",
        interval_s=1.0,
        started_at=ended - timedelta(seconds=LENGTH_S),
        ended_at=ended,
    )
    people = {
        name: make_participant(
            session, display_name=name, student=make_student(session.course, name)
        )
        for name in SCRIPT
    }
    make_student(session.course, ABSENT)
    for name, (stay, _) in SCRIPT.items():
        add_stay(people[name], *stay)
    for second in MARKERS:
        Marker.objects.create(session=session, second=second, kind="topic", text=f"From {second}")
    asked = CheckIn.objects.create(session=session, question="Clear?", second=ANSWERED_AT - 5)
    for name, value in ANSWERS.items():
        Answer.objects.create(
            check_in=asked, participant=people[name], value=value, second=ANSWERED_AT
        )
    state = ClassState(1.0, Slots(1, 1.0, {}, {}), 0.0)
    live: dict[int, BucketView] = {}
    for second in range(LENGTH_S):
        _play_second(session, people, second, state)
        tick = state.tick(second + 1.0, float(second))
        live |= {bucket.t: bucket for bucket in tick.buckets}
    return Played(session, live)


def _play_second(
    session: ClassSession, people: dict[str, Participant], second: int, state: ClassState
) -> None:
    """Store a second of the script, and tell the dashboard of it."""
    seconds, samples = Seconds(), []
    assert session.started_at is not None
    for name, (stay, moments) in SCRIPT.items():
        is_here = stay[0] <= second < stay[1]
        state.update([Presence(people[name].pk, name, False, 1, is_here, "on")], float(second))
        engagement, times = moments.get(second, (None, 0))
        for number in range(times):
            values = None if engagement is None else HAPPY
            faces = int(values is not None)
            facing = None if engagement is None else FACING[name]
            estimate = Estimate(engagement=engagement, facing=facing, probabilities=values)
            seconds.add(people[name].pk, second, faces, estimate)
            samples.append(
                Sample(
                    session=session,
                    participant=people[name],
                    at=session.started_at + timedelta(seconds=second + number / 20),
                    second=second,
                    faces=faces,
                    emotion="happy" if faces else "",
                    engagement=engagement,
                    facing=facing,
                    definition="index-2" if faces else None,
                    detector="yunet",
                    model_name="compact",
                    **(dict(zip(EMOTIONS, values, strict=True)) if values else {}),
                )
            )
    store(samples)
    state.count(seconds.take())


def plain(first: int, last: int) -> tuple[float | None, float]:
    """Class engagement and coverage from first to last second, by a plain calculation."""
    means, usable, expected = [], 0, 0.0
    for stay, moments in SCRIPT.values():
        values = [
            value
            for second, (value, times) in moments.items()
            for _ in range(times)
            if first <= second < last and value is not None
        ]
        usable += len(values)
        expected += max(0, min(last, stay[1]) - max(first, stay[0]))
        if values:
            means.append(sum(values) / len(values))
    return (sum(means) / len(means) if means else None), min(1.0, usable / expected)
