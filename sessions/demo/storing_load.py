"""Samples at a rate into this site's database, by its own recorder, while pages are read."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import numpy as np
from django.contrib.auth.models import User
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from inference.engagement import INDEX_2
from inference.labels import EMOTIONS, most_probable
from sessions.codes import hash_token, new_token
from sessions.demo.page_times import NAMED, read_once, signed_in
from sessions.demo.storing import MODEL_NAME
from sessions.live.counters import Counters
from sessions.live.partitions import add_month
from sessions.live.recorder import Recorder
from sessions.models import ClassSession, Course, Participant, Sample

STEP_S: Final = 0.1
LOOK_EVERY_S: Final = 1.0
STORED_WITHIN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Stored:
    """added, stored: samples. most_waiting: of them at a time. pages_ms: medians and the 95th
    percentile of cold reads meanwhile."""

    database: str
    added: int
    stored: int
    dropped: int
    seconds: float
    most_waiting: int
    pages_ms: dict[str, dict[str, float]]


def measure(rate: int, seconds: float, told: Callable[[str], None]) -> Stored:
    """Add so many samples a second of as many students; the class is deleted afterwards."""
    counts = Counters()
    recorder = Recorder(None, counts)
    with _class_of(rate) as session:
        participants = list(session.participants.values_list("pk", flat=True))
        ended = threading.Event()
        waiting: list[int] = []
        feeder = threading.Thread(
            target=_feed, args=(recorder, session, participants, seconds, waiting, ended)
        )
        began = time.monotonic()
        recorder.start()
        feeder.start()
        pages = _read_pages(session, ended, told)
        feeder.join()
        deadline = time.monotonic() + STORED_WITHIN_S
        while recorder.waiting and time.monotonic() < deadline:
            time.sleep(STEP_S)
        took = time.monotonic() - began
        recorder.stop()
        stored = Sample.objects.filter(session=session).count()
        dropped = counts.read()["samples_dropped"]
    return Stored(
        database=connection.vendor,
        added=round(rate * seconds),
        stored=stored,
        dropped=dropped,
        seconds=round(took, 1),
        most_waiting=max(waiting, default=0),
        pages_ms=pages,
    )


@contextmanager
def _class_of(students: int) -> Iterator[ClassSession]:
    """A live class of somebody who can sign in by no password."""
    owner = User.objects.create_user(f"storing-{uuid4()}")
    try:
        course = Course.objects.create(owner=owner, name="Stored (simulated)")
        now = timezone.now()
        session = ClassSession.objects.create(
            course=course,
            title="Stored",
            is_simulated=True,
            state=ClassSession.State.LIVE,
            started_at=now,
        )
        add_month(now)
        Participant.objects.bulk_create(
            Participant(
                session=session,
                display_name=f"Simulated {number + 1:04d}",
                token_hash=hash_token(new_token()),
                consented_at=now,
                joined_at=now,
                camera=Participant.Camera.ON,
                is_simulated=True,
            )
            for number in range(students)
        )
        yield session
    finally:
        Course.objects.filter(owner=owner).delete()
        owner.delete()


def _feed(
    recorder: Recorder,
    session: ClassSession,
    participants: list[int],
    seconds: float,
    waiting: list[int],
    ended: threading.Event,
) -> None:
    """A sample of each student a second, spread over it."""
    rng = np.random.default_rng(0)
    rows = rng.dirichlet(np.ones(len(EMOTIONS)), 256).tolist()
    began = time.monotonic()
    added, looked = 0, 0.0
    total = round(len(participants) * seconds)
    while added < total:
        due = min(total, round((time.monotonic() - began) * len(participants)))
        for number in range(added, due):
            second, place = divmod(number, len(participants))
            recorder.add(_sample(session, participants[place], second, rows[number % len(rows)]))
        added = due
        if time.monotonic() - looked >= LOOK_EVERY_S:
            looked = time.monotonic()
            waiting.append(recorder.waiting)
        time.sleep(STEP_S)
    ended.set()


def _sample(session: ClassSession, participant: int, second: int, row: list[float]) -> Sample:
    assert session.started_at is not None, "it is live"
    return Sample(
        session_id=session.pk,
        participant_id=participant,
        at=session.started_at + timedelta(seconds=second),
        second=second,
        faces=1,
        emotion=most_probable(row),
        engagement=row[0],
        model_name=MODEL_NAME,
        detector=MODEL_NAME,
        definition=INDEX_2,
        expression=row[1],
        facing=row[2],
        direction="facing",
        **dict(zip(EMOTIONS, row, strict=True)),
    )


def _read_pages(
    session: ClassSession, ended: threading.Event, told: Callable[[str], None]
) -> dict[str, dict[str, float]]:
    addresses = {
        "sessions list": reverse("dashboard"),
        "live page": reverse("session_live", args=[session.pk]),
        "course overview": reverse("course", args=[session.course_id]),
        "session report": reverse("session_report", args=[session.pk]),
    }
    times: dict[str, list[float]] = defaultdict(list)
    with NAMED, signed_in(session.course.owner) as client:
        while not ended.is_set():
            for page, address in addresses.items():
                times[page].append(read_once(client, page, address)[0])
            told(f"{len(times['live page'])} reads of each page")
            ended.wait(LOOK_EVERY_S)
    return {page: _percentiles(found) for page, found in times.items()}


def _percentiles(found: list[float]) -> dict[str, Any]:
    median, late = np.percentile(found, (50, 95))
    return {"median": round(float(median), 1), "p95": round(float(late), 1)}
