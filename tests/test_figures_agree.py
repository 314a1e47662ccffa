"""One scripted lesson, seen live, in its snapshot, in its report and in every export."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from statistics import mean
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from inference.track import Estimate
from sessions.live.snapshot import load_snapshot
from sessions.live.tallies import Seconds
from sessions.live.thinning import thin_expired
from sessions.models import Sample
from sessions.reports.attendance import registers
from sessions.reports.course_zip import course_zip
from sessions.reports.exports import csv as csv_export
from sessions.reports.exports import html as html_export
from sessions.reports.exports import json as json_export
from sessions.reports.exports import xlsx as xlsx_export
from sessions.reports.session import Provenance, session_report
from tests.factories import make_participant, make_session, make_student
from tests.known_session import add_stay, collected
from tests.scripted_lesson import (
    ABSENT,
    ANSWERS,
    FACING,
    HAPPY,
    LENGTH_S,
    MARKERS,
    SCRIPT,
    Played,
    plain,
    play,
)

pytestmark = pytest.mark.django_db(transaction=True)
Rows = list[dict[str, Any]]


@pytest.fixture
def played() -> Played:
    return play()


@pytest.fixture(params=["with its samples", "after they are gone"])
def stored(request: pytest.FixtureRequest) -> Played:
    """The lesson as it is stored at first, and as it stays."""
    played = play()
    if request.param == "after they are gone":
        assert thin_expired() == 1
        assert not Sample.objects.exists()
        played.session.refresh_from_db()
    return played


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
def test_report_and_exports_tell_the_same_by_the_same_definitions(stored: Played) -> None:
    report = session_report(stored.session)
    document = json.loads(collected(json_export.document(report)))
    book = openpyxl.load_workbook(io.BytesIO(xlsx_export.workbook(report, [])))
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
def test_the_whole_sessions_figures_are_the_same_everywhere(stored: Played) -> None:
    """Ben, who sends ten times as often, counts once."""
    engagement, covered = plain(0, LENGTH_S)
    assert engagement == pytest.approx((0.8 + 0.2 + 0.5) / 3)
    report = session_report(stored.session)
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


def test_what_lies_between_markers_is_what_a_plain_calculation_gives(stored: Played) -> None:
    report = session_report(stored.session)
    document = json.loads(collected(json_export.document(report)))
    ends = (*MARKERS[1:], LENGTH_S)
    for index, (start, end) in enumerate(zip(MARKERS, ends, strict=True)):
        engagement, covered = plain(start, end)
        segment = report.segments[index]
        assert (segment.start_s, segment.end_s) == (start, end)
        assert segment.engagement == pytest.approx(engagement)
        assert segment.coverage == pytest.approx(covered)
        assert document["segments"][index]["engagement"] == segment.engagement


def test_minutes_in_every_table_add_up_to_the_script(stored: Played) -> None:
    """In CSV, Parquet and JSON, by student."""
    session = stored.session
    report = session_report(session)
    text = collected(csv_export.minutes(report)).decode("utf-8-sig")
    minutes = list(csv.DictReader(io.StringIO(text)))
    zipped = zipfile.ZipFile(io.BytesIO(collected(course_zip(session.course))))
    parquet = pq.read_table(io.BytesIO(zipped.read("minutes.parquet"))).to_pylist()
    document = json.loads(collected(json_export.document(report)))
    fields = document["minute_fields"]
    names = {one["participant"]: one["name"] for one in document["students"]}
    listed = [dict(zip(fields, row, strict=True)) for row in document["minutes"]]
    for name, (_, moments) in SCRIPT.items():
        values = [
            value for value, times in moments.values() for _ in range(times) if value is not None
        ]
        samples = sum(times for _, times in moments.values())
        by_csv: Rows = [row for row in minutes if row["student"] == name]
        by_parquet: Rows = [row for row in parquet if row["name"] == name]
        by_json: Rows = [row for row in listed if names[row["participant"]] == name]
        for rows in (by_csv, by_parquet, by_json):
            assert sum(int(row["samples"]) for row in rows) == samples
            assert sum(int(row["usable"]) for row in rows) == len(values)
        for rows in (by_parquet, by_json):
            assert sum(row["engagement_sum"] for row in rows) == pytest.approx(sum(values))
            assert sum(row["happy_count"] for row in rows) == len(values)


def test_the_html_draws_what_the_report_says(stored: Played) -> None:
    report = session_report(stored.session)
    html = html_export.page(report)
    figures = json.loads(html.partition('type="application/json">')[2].partition("</script>")[0])
    drawn = next(one for one in figures["engagement"]["data"] if one["name"] == "Engagement")
    # The last one begins when the lesson ends.
    for shown, bucket in zip(drawn["y"], report.buckets[:-1], strict=False):
        engagement, _ = plain(bucket.start_s, bucket.start_s + report.bucket_s)
        assert shown == (None if engagement is None else pytest.approx(engagement, abs=1e-4))


def test_answers_and_the_register_are_those_of_the_script(stored: Played) -> None:
    report = session_report(stored.session)
    (asked,) = report.voice.check_ins
    assert asked.mean == pytest.approx(mean(ANSWERS.values()))
    assert report.agreement is not None
    # Dot has no camera: there is no estimate to compare with.
    assert report.agreement.answers == len(ANSWERS) - 1
    (register,) = registers([stored.session], list(stored.session.course.students.all()))
    rows = {row.name: row for row in register.rows}
    assert not rows[ABSENT].is_present
    for name, (stay, moments) in SCRIPT.items():
        assert rows[name].attended_s == pytest.approx(stay[1] - stay[0])
        assert rows[name].late_s == pytest.approx(stay[0])
        assert rows[name].had_camera == bool(moments)


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
