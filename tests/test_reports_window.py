"""A stretch of a lesson: every figure follows, beside plain calculations."""

from __future__ import annotations

import csv
import io
import json
from statistics import mean
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from sessions.models import Answer, CheckIn, ClassSession, Marker, Sample, Signal
from sessions.reports.charts.session import session_charts
from sessions.reports.levels import stretches
from sessions.reports.session import session_report
from sessions.reports.window import BadWindow, Window, whole, window_of
from tests.factories import make_participant, make_room_sample, make_sample, make_session
from tests.known_session import add_stay, collected

LENGTH_S = 600


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, whole(LENGTH_S)),
        ({"from": "60", "to": "120"}, Window(60, 120, False)),
        ({"from": "60"}, Window(60, LENGTH_S, False)),
        ({"to": "1"}, Window(0, 1, False)),
        ({"from": "599", "to": "99999"}, Window(599, LENGTH_S, False)),
    ],
)
def test_an_address_names_a_stretch(query: dict[str, str], wanted: Window) -> None:
    assert window_of(query, LENGTH_S) == wanted


@pytest.mark.parametrize(
    "query",
    [
        {"from": "120", "to": "60"},
        {"from": "60", "to": "60"},
        {"from": "600"},
        {"from": "-1"},
        {"from": "1.5"},
        {"from": "\u0663"},
        {"from": "", "to": ""},
        {"to": "0"},
    ],
)
def test_one_that_makes_no_sense_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(BadWindow, match="the earlier one first"):
        window_of(query, LENGTH_S)


@given(st.dictionaries(st.sampled_from(["from", "to"]), st.text(max_size=12)), st.floats(0, 5000))
def test_whatever_an_address_says_is_within_the_session_or_refused(
    query: dict[str, str], length_s: float
) -> None:
    try:
        window = window_of(query, length_s)
    except BadWindow:
        return
    assert 0 <= window.start_s <= window.end_s <= length_s + 1


# In a session ------------------------------------------------------------------------------------


@pytest.fixture
def session(db: None) -> ClassSession:
    """Ten minutes of six students, a sample each five seconds; two come after half the time."""
    session = make_session(state="ended", interval_s=5)
    for number in range(6):
        person = make_participant(session)
        first = 300 if number > 3 else 0
        add_stay(person, first, LENGTH_S)
        for second in range(first, LENGTH_S, 5):
            value = 0.2 + 0.1 * number + (0.1 if second >= 200 else 0.0)
            make_sample(person, second, engagement=value, facing=0.5)
    for second in (100, 250, 500):
        Marker.objects.create(session=session, second=second, kind="topic", text=f"at {second}")
        check_in = CheckIn.objects.create(session=session, second=second, question=f"Q {second}")
        person = session.participants.all()[0]
        Answer.objects.create(check_in=check_in, participant=person, value=3, second=second)
        Signal.objects.create(session=session, participant=person, kind="hand", second=second)
        make_room_sample(session, second)
    return session


@pytest.mark.parametrize("window", [(200, 300), (203, 297), (250, 251), (0, 100), (590, 600)])
def test_every_figure_is_that_of_the_stretch(
    session: ClassSession, window: tuple[int, int]
) -> None:
    start, end = window
    report = session_report(session, Window(start, end, False))
    own = list(Sample.objects.filter(session=session, second__gte=start, second__lt=end))
    assert report.total.samples == len(own)
    assert report.length_s == end - start
    connected = sum(
        max(0, min(end, LENGTH_S) - max(start, first)) for first in (0, 0, 0, 0, 300, 300)
    )
    assert sum(row.tally.attended_s for row in report.students) == pytest.approx(connected)
    by_student: dict[int, list[float]] = {}
    for sample in own:
        by_student.setdefault(sample.participant_id, []).append(sample.engagement or 0.0)
    for row in report.students:
        seen = by_student.get(row.participant_id, [])
        assert row.tally.samples == len(seen)
        if len(seen) >= 10:
            assert row.tally.engagement == pytest.approx(mean(seen))
    for bucket in report.buckets:
        assert bucket.start_s + report.bucket_s > start
        assert bucket.start_s < end
        among = [s for s in own if 0 <= s.second - bucket.start_s < report.bucket_s]
        assert bucket.samples == len(among)
    assert [one.second for one in report.markers] == [
        s for s in (100, 250, 500) if start <= s < end
    ]
    assert [one.second for one in report.voice.check_ins] == [
        s for s in (100, 250, 500) if start <= s < end
    ]
    assert list(report.voice.signs["hand"]) == [s for s in (100, 250, 500) if start <= s < end]
    assert (report.room is not None) == any(start <= s < end for s in (100, 250, 500))


def test_segments_levels_and_charts_begin_with_the_stretch(session: ClassSession) -> None:
    report = session_report(session, Window(200, 560, False))
    assert [(one.start_s, one.end_s) for one in report.segments] == [
        (200, 250), (250, 500), (500, 560),
    ]  # fmt: skip
    assert report.segments[0].engagement == pytest.approx(mean(0.3 + 0.1 * n for n in range(4)))
    made = stretches(report)
    assert made[0].start_s == 180
    assert made[-1].start_s == 540
    for chart in session_charts(report):
        if chart.key in ("levels", "engagement", "emotions"):
            assert chart.figure["layout"]["xaxis"]["range"] == [200 / 60, 560 / 60]


def test_stretches_that_follow_each_other_add_up_to_the_whole(session: ClassSession) -> None:
    parts = [
        session_report(session, Window(start, end, False))
        for start, end in ((0, 137), (137, 401), (401, 600))
    ]
    everything = session_report(session)
    assert sum(part.total.samples for part in parts) == everything.total.samples
    for place, row in enumerate(everything.students):
        total = sum(part.students[place].tally.engagement_sum for part in parts)
        assert total == pytest.approx(row.tally.engagement_sum)


def test_the_page_and_its_exports_follow(session: ClassSession, client: Client) -> None:
    client.force_login(session.course.owner)
    address = reverse("session_report", args=[session.pk])
    page = client.get(f"{address}?from=200&to=300").content.decode()
    assert "3:20 to 5:00" in page
    assert "/export/csv/?from=200&amp;to=300" in page
    export = reverse("session_export", args=[session.pk, "csv"])
    answer: Any = client.get(f"{export}?from=200&to=300")
    rows = list(
        csv.DictReader(io.StringIO(collected(answer.streaming_content).decode("utf-8-sig")))
    )
    assert {int(row["second"]) for row in rows} == set(range(200, 300, 5))
    answer = client.get(reverse("session_export", args=[session.pk, "json"]) + "?from=200&to=300")
    document = json.loads(collected(answer.streaming_content))
    assert (document["session"]["from_s"], document["session"]["to_s"]) == (200, 300)


def test_nonsense_is_told_and_the_whole_is_shown(session: ClassSession, client: Client) -> None:
    client.force_login(session.course.owner)
    address = reverse("session_report", args=[session.pk])
    page = client.get(f"{address}?from=300&to=200").content.decode()
    assert "There is no such stretch" in page
    assert "Drag across a chart" in page
    export = reverse("session_export", args=[session.pk, "csv"])
    refused = client.get(f"{export}?from=x")
    assert (refused.status_code, "no such stretch" in refused.content.decode()) == (400, True)


def test_a_stretch_of_one_second_is_a_report_too(session: ClassSession, client: Client) -> None:
    client.force_login(session.course.owner)
    address = reverse("session_report", args=[session.pk])
    assert client.get(f"{address}?from=250&to=251").status_code == 200
    assert client.get(f"{address}?from=251&to=252").status_code == 200
