"""What lies between markers, beside a plain calculation."""

from __future__ import annotations

import csv
import io
import json
from statistics import mean

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from sessions.models import ClassSession, Marker, Sample
from sessions.reports.charts.session import session_charts
from sessions.reports.session import session_report
from tests.factories import make_participant, make_sample, make_session
from tests.known_session import add_stay, export

pytestmark = pytest.mark.django_db
STUDENTS = 6
LENGTH_S = 600


def mark(session: ClassSession, second: int, kind: str = "topic", text: str = "") -> Marker:
    return Marker.objects.create(session=session, second=second, kind=kind, text=text)


def engagement(student: int, second: int) -> float:
    """Known beforehand: everybody rises by .3 at 200 s, and the first student falls at 400 s."""
    value = 0.3 + 0.02 * student + (0.3 if second >= 200 else 0)
    return value - (0.2 if second >= 400 and student == 0 else 0)


@pytest.fixture
def session() -> ClassSession:
    session = make_session(state="ended", interval_s=10)
    for number in range(STUDENTS):
        person = make_participant(session)
        add_stay(person, 0, LENGTH_S)
        for second in range(0, LENGTH_S, 10):
            make_sample(person, second, engagement=engagement(number, second), facing=0.75)
    mark(session, 200, "activity", "Work in pairs")
    mark(session, 400, "question")
    return session


def test_the_segments_are_those_of_a_plain_calculation(session: ClassSession) -> None:
    first, second, third = session_report(session).segments
    assert [(one.start_s, one.end_s) for one in (first, second, third)] == [
        (0, 200), (200, 400), (400, 600),
    ]  # fmt: skip
    assert [one.label for one in (first, second, third)] == ["Start", "Work in pairs", "Question"]
    for one, at in ((first, 0), (second, 200), (third, 400)):
        plain = mean(engagement(number, at) for number in range(STUDENTS))
        assert one.engagement == pytest.approx(plain)
        assert (one.facing, one.coverage) == (0.75, 1.0)
    assert first.change is None
    assert second.change is not None
    assert third.change is not None
    assert second.change.mean == pytest.approx(0.3)
    assert (second.change.low, second.change.high) == pytest.approx((0.3, 0.3))
    assert (second.change.students, second.change.is_clear) == (STUDENTS, True)
    assert third.change.mean == pytest.approx(-0.2 / STUDENTS)
    assert third.change.low < third.change.mean < 0
    assert third.change.high == pytest.approx(0)
    assert not third.change.is_clear


def test_a_change_of_few_students_is_not_told() -> None:
    session = make_session(state="ended", interval_s=10)
    for _ in range(4):
        person = make_participant(session)
        add_stay(person, 0, LENGTH_S)
        for second in range(0, LENGTH_S, 10):
            make_sample(person, second)
    mark(session, 300)
    assert [one.change for one in session_report(session).segments] == [None, None]


def test_markers_at_the_start_the_end_and_at_once() -> None:
    session = make_session(state="ended")
    for second in (0, 300, 300, LENGTH_S, 10_000):
        mark(session, second)
    spans = [(one.start_s, one.end_s) for one in session_report(session).segments]
    assert spans == [(0, 300), (300, 600), (600, 10_000)]
    assert session_report(make_session(state="ended")).segments == ()


@pytest.mark.parametrize("border", [201, 205, 213, 229, 230])
def test_a_border_within_a_bucket_is_exact(session: ClassSession, border: int) -> None:
    Marker.objects.filter(second=200).update(second=border)
    first, second, _ = session_report(session).segments
    stored = Sample.objects.filter(session=session)
    for one, own in (
        (first, stored.filter(second__lt=border)),
        (second, stored.filter(second__gte=border, second__lt=400)),
    ):
        assert one.engagement == pytest.approx(mean(s.engagement or 0.0 for s in own))


def test_segments_hold_every_sample_once_wherever_the_borders_are(session: ClassSession) -> None:
    Marker.objects.all().delete()
    for second in (3, 7, 8, 204, 206, 590, 599):
        mark(session, second)
    stored = list(Sample.objects.filter(session=session))
    for one in session_report(session).segments:
        is_last = one.start_s == 599
        own = [s for s in stored if one.start_s <= s.second and (is_last or s.second < one.end_s)]
        if one.engagement is not None:
            by_student = [
                mean(s.engagement or 0.0 for s in own if s.participant_id == person.pk)
                for person in session.participants.all()
            ]
            assert one.engagement == pytest.approx(mean(by_student))
        else:
            assert not own


@pytest.fixture
def owner(client: Client, session: ClassSession) -> Client:
    client.force_login(session.course.owner)
    return client


def test_the_report_and_every_export_have_them(owner: Client, session: ClassSession) -> None:
    page = owner.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "Between the markers" in page
    assert "up 0.30 (+0.30 to +0.30)" in page
    assert "no clear change" in page
    document = json.loads(export(owner, session, "json"))
    assert [one["text"] for one in document["markers"]] == ["Work in pairs", ""]
    assert document["segments"][1]["change"]["mean"] == pytest.approx(0.3)
    text = export(owner, session, "markers-csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["label"] for row in rows] == ["Start", "Work in pairs", "Question"]
    assert float(rows[1]["change"]) == pytest.approx(0.3)
    sheet = openpyxl.load_workbook(io.BytesIO(export(owner, session, "xlsx")))["Markers"]
    assert [sheet.cell(row, 4).value for row in (2, 3, 4)] == ["Start", "Work in pairs", "Question"]
    exported = export(owner, session, "html").decode()
    assert "Between the markers" in exported
    assert "Save</button>" not in exported


def test_a_text_is_no_formula_and_no_markup(owner: Client, session: ClassSession) -> None:
    mark(session, 500, "note", "=1+1;<b>x</b>")
    page = owner.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "<b>x</b>" not in page
    assert "'=1+1" in export(owner, session, "markers-csv").decode("utf-8-sig")


def test_every_chart_over_time_shows_them(session: ClassSession) -> None:
    (levels, *_) = session_charts(session_report(session))
    assert "Markers: 1 Work in pairs, 2 Question." in levels.caption
    charts = {chart.key: chart.figure for chart in session_charts(session_report(session))}
    for key in ("levels", "engagement", "emotions", "matrix"):
        labels = [one["text"] for one in charts[key]["layout"]["annotations"]]
        assert labels == ["1", "2"]


def test_under_the_presence_policy_coverage_alone_is_compared(
    owner: Client, session: ClassSession, settings: Settings
) -> None:
    settings.POLICY = "presence"
    segments = session_report(session).segments
    assert {(one.engagement, one.facing, one.change) for one in segments} == {(None, None, None)}
    assert {one.coverage for one in segments} == {1.0}
    assert "engagement" not in export(owner, session, "markers-csv").decode("utf-8-sig")
