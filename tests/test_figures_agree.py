"""One scripted session, seen live, in its snapshot, in its report and in every export."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import timedelta

import openpyxl
import pytest
from django.utils import timezone

from inference.labels import EMOTIONS
from inference.track import Estimate
from sessions.live.dashboard_messages import BucketView
from sessions.live.people import Presence
from sessions.live.snapshot import load_snapshot
from sessions.live.state import ClassState
from sessions.live.tallies import Seconds, Slots
from sessions.models import ClassSession, Participant, Sample
from sessions.reports.exports import csv as csv_export
from sessions.reports.exports import json as json_export
from sessions.reports.exports import xlsx as xlsx_export
from sessions.reports.session import Provenance, session_report
from tests.factories import (
    make_course,
    make_participant,
    make_session,
    make_student,
    make_teacher,
)
from tests.known_session import add_stay, collected

pytestmark = pytest.mark.django_db(transaction=True)
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


@dataclass
class Played:
    """The session as stored, and what a dashboard was told that was open all the time."""

    session: ClassSession
    live: dict[int, BucketView]


@pytest.fixture
def played() -> Played:
    ended = timezone.now().replace(microsecond=0)
    session = make_session(
        make_course(make_teacher()),
        state="ended",
        interval_s=1.0,
        started_at=ended - timedelta(seconds=LENGTH_S),
        ended_at=ended,
    )
    people = {name: make_participant(session, display_name=name) for name in SCRIPT}
    for name, (stay, _) in SCRIPT.items():
        add_stay(people[name], *stay)
    state = ClassState(1.0, Slots(1, 1.0, {}, {}), 0.0)
    live: dict[int, BucketView] = {}
    for second in range(LENGTH_S):
        play_second(session, people, second, state)
        tick = state.tick(second + 1.0, float(second))
        live |= {bucket.t: bucket for bucket in tick.buckets}
    return Played(session, live)


def play_second(
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
    Sample.objects.bulk_create(samples)
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


@pytest.mark.finding(22)
def test_live_and_reloaded_dashboards_show_the_same_buckets(played: Played) -> None:
    session = played.session
    snapshot = load_snapshot(session.course.owner, session.pk, timezone.now())
    assert snapshot is not None
    series = snapshot.series
    assert series.t == sorted(played.live) == list(range(LENGTH_S))
    for index, second in enumerate(series.t):
        engagement, covered = plain(second, second + 1)
        live = played.live[second]
        assert live.engagement == series.engagement[index] == pytest.approx(engagement)
        assert live.coverage == series.coverage[index] == pytest.approx(covered, abs=1e-4)


@pytest.mark.finding(22)
def test_report_and_exports_tell_the_same_by_the_same_definitions(played: Played) -> None:
    report = session_report(played.session)
    document = json.loads(collected(json_export.document(report)))
    book = openpyxl.load_workbook(io.BytesIO(xlsx_export.workbook(report)))
    sheet = list(book["Timeline"].iter_rows(min_row=2, values_only=True))
    for index, bucket in enumerate(report.buckets[:-1]):
        engagement, covered = plain(bucket.start_s, bucket.start_s + report.bucket_s)
        assert bucket.engagement == pytest.approx(engagement)
        assert bucket.coverage == pytest.approx(covered)
        exported = document["timeline"]["buckets"][index]
        assert exported["engagement"] == bucket.engagement
        assert exported["coverage"] == bucket.coverage
        assert sheet[index][4:6] == pytest.approx((bucket.coverage, bucket.engagement))


@pytest.mark.finding(22)
def test_the_whole_sessions_figures_are_the_same_everywhere(played: Played) -> None:
    """Ben, who sends ten times as often, counts once."""
    engagement, covered = plain(0, LENGTH_S)
    assert engagement == pytest.approx((0.8 + 0.2 + 0.5) / 3)
    report = session_report(played.session)
    assert report.total.engagement == pytest.approx(engagement)
    assert report.total.coverage == pytest.approx(covered)
    facing = sum(FACING.values()) / 3
    assert report.total.facing == pytest.approx(facing)
    assert report.provenance == Provenance(("compact",), ("yunet",), ("index-2",))
    summary = json_export.head(report)["summary"]
    assert (summary["engagement"], summary["coverage"], summary["facing"]) == (
        report.total.engagement,
        report.total.coverage,
        report.total.facing,
    )
    rows = csv.DictReader(io.StringIO(csv_export.students(report).decode("utf-8-sig")))
    means = [float(row["engagement"]) for row in rows if row["engagement"]]
    assert sum(means) / len(means) == pytest.approx(engagement)


@pytest.mark.finding(22)
def test_samples_that_come_as_news_after_they_were_read_count_once(played: Played) -> None:
    session = played.session
    snapshot = load_snapshot(session.course.owner, session.pk, timezone.now())
    assert snapshot is not None
    state = snapshot.state(0.0)
    ann = next(one.id for one in snapshot.people if one.name == "Ann")
    repeated = Seconds()
    repeated.add(ann, LENGTH_S - 1, 1, Estimate(engagement=0.8, probabilities=HAPPY))
    new = Seconds()
    new.add(ann, LENGTH_S, 1, Estimate(engagement=0.6, probabilities=HAPPY))
    state.count(repeated.take() + new.take())
    tick = state.tick(LENGTH_S + 1.0, 0.0)
    assert {bucket.t: bucket.samples for bucket in tick.buckets} == {LENGTH_S: 1}


@pytest.mark.finding(23)
def test_two_records_of_one_student_are_one_row() -> None:
    session = make_session(state="ended")
    student = make_student(session.course, "Ada")
    keys = []
    for start, end in ((0, 300), (200, 600)):
        person = make_participant(session, display_name="Ada", student=student)
        add_stay(person, start, end)
        keys.append(person.pk)
    report = session_report(session)
    (row,) = report.students
    assert list(row.participant_ids) == keys
    assert row.tally.attended_s == pytest.approx(600, abs=1)
    assert json_export.head(report)["summary"]["students"] == 1


@pytest.mark.finding(23)
def test_exports_tell_who_is_simulated() -> None:
    session = make_session(state="ended")
    for name, simulated in (("Ada", False), ("Robot", True)):
        add_stay(make_participant(session, display_name=name, is_simulated=simulated), 0, 60)
    report = session_report(session)
    rows = csv.DictReader(io.StringIO(csv_export.students(report).decode("utf-8-sig")))
    assert {row["student"]: row["simulated"] for row in rows} == {"Ada": "no", "Robot": "yes"}
    assert "1 of 2" in json_export.head(report)["simulated"]["mark"]
