"""What students call wrong, in a report's data quality and its exports."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import openpyxl
import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sessions.joining.disputes import call_wrong
from sessions.live.thinning import thin_expired
from sessions.models import ClassSession, Connection, Dispute, Sample
from sessions.reports.disputes import DisputeReport, DisputeRow
from sessions.reports.facts import disputed, facts
from sessions.reports.session import SessionReport, session_report
from sessions.reports.student import student_report
from sessions.reports.window import Window
from tests.factories import make_participant, make_teacher
from tests.known_session import (
    KnownSession,
    add_samples,
    add_stay,
    export,
    make_known_session,
)

pytestmark = [
    pytest.mark.django_db,
    # The test client reads at once what Daphne streams.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning"),
]


@pytest.fixture
def known() -> KnownSession:
    """Connected are Ann and the third for ten minutes, Bob for five: 25 minutes, 65 samples."""
    return make_known_session()


def report(known: KnownSession, window: Window | None = None) -> SessionReport:
    return session_report(
        ClassSession.objects.select_related("course").get(pk=known.session.pk), window
    )


def test_nothing_is_called_wrong_at_first(known: KnownSession) -> None:
    found = report(known).disputes
    assert (found.students, found.samples, found.rows) == (0, 0, ())
    assert disputed(found) == "No student has said that anything of it was wrong."
    assert "Called wrong" not in dict(facts(report(known)))


def test_what_overlaps_counts_once(known: KnownSession) -> None:
    call_wrong(known.ann, 60, 240, "")
    call_wrong(known.ann, 120, 300, "I was away")
    call_wrong(known.bob, 0, 60, "")
    found = report(known).disputes
    assert (found.students, found.disputed_s, found.connected_s) == (2, 300, 1500)
    # 24 samples of Ann from 1:00 to 5:00, and all five of Bob.
    assert (found.samples, found.recorded) == (29, 65)
    assert found.share == pytest.approx(29 / 65)
    assert found.by_student == {known.ann.pk: 240, known.bob.pk: 60}
    assert found.rows == (
        DisputeRow(0, 60, ""), DisputeRow(60, 240, ""), DisputeRow(120, 300, "I was away"),
    )  # fmt: skip
    sentence = "2 students say that 5 of 25 minutes were wrong: 45 % of the recorded samples."
    assert disputed(found) == sentence
    assert dict(facts(report(known)))["Called wrong"] == sentence


def test_only_time_connected_counts(known: KnownSession) -> None:
    call_wrong(known.bob, 240, 600, "")
    found = report(known).disputes
    assert (found.students, found.disputed_s, found.samples) == (1, 60, 0)
    assert disputed(found) == (
        "1 student says that 1 of 25 minutes were wrong; nothing was recorded in them."
    )


def test_no_figure_changes(known: KnownSession) -> None:
    before = report(known)
    call_wrong(known.ann, 0, 600, "")
    after = report(known)
    assert after.total == before.total
    assert after.buckets == before.buckets
    assert after.students == before.students


def test_of_a_stretch_only_what_lies_in_it(known: KnownSession) -> None:
    call_wrong(known.ann, 0, 120, "early")
    call_wrong(known.bob, 0, 60, "")
    found = report(known, Window(90, 330, False)).disputes
    assert (found.students, found.disputed_s, found.connected_s) == (1, 30, 240 + 210 + 240)
    assert found.samples == 3
    assert found.rows == (DisputeRow(90, 120, "early"),)


def test_two_records_of_a_student_are_one(known: KnownSession) -> None:
    again = make_participant(known.session, display_name="Ann", student=known.ann.student)
    add_stay(again, 0, 120)
    add_samples(again, range(0, 120, 10), "happy", 0.4)
    call_wrong(known.ann, 0, 60, "")
    call_wrong(again, 0, 120, "")
    found = report(known).disputes
    assert (found.students, found.disputed_s) == (1, 120)
    assert found.samples == 6 + 12


def test_it_stays_when_the_samples_go(known: KnownSession) -> None:
    call_wrong(known.ann, 60, 240, "")
    before = report(known).disputes
    ago = timedelta(days=40)
    ClassSession.objects.update(started_at=F("started_at") - ago, ended_at=F("ended_at") - ago)
    Connection.objects.update(opened_at=F("opened_at") - ago, last_seen_at=F("last_seen_at") - ago)
    assert thin_expired() == 1
    assert not Sample.objects.exists()
    assert report(known).disputes == before


def test_it_takes_one_query_more_however_many(
    known: KnownSession, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for count in (1, 20):
        for _ in range(count):
            call_wrong(known.ann, 0, 60, "")
            call_wrong(known.bob, 0, 60, "")
        session = ClassSession.objects.select_related("course").get(pk=known.session.pk)
        without = 11
        with django_assert_num_queries(without + 1):
            session_report(session)


class TestExports:
    @pytest.fixture
    def owner(self, client: Client, known: KnownSession) -> Client:
        call_wrong(known.ann, 60, 240, '=HYPERLINK("x")</script><b>')
        client.force_login(known.teacher)
        return client

    def test_the_page_says_it_and_not_who(self, owner: Client, known: KnownSession) -> None:
        html = owner.get(reverse("session_report", args=[known.session.pk])).content.decode()
        section = html[html.index('id="quality"') : html.index("</section>", html.index("quality"))]
        assert "1 student says that 3 of 25 minutes were wrong" in section
        assert "<b>" not in section
        assert "&lt;b&gt;" in section
        assert "Ann" not in section

    def test_html(self, owner: Client, known: KnownSession) -> None:
        html = export(owner, known.session, "html").decode()
        assert "1 student says that 3 of 25 minutes were wrong" in html
        assert "</script><b>" not in html

    def test_json(self, owner: Client, known: KnownSession) -> None:
        document = json.loads(export(owner, known.session, "json"))
        assert document["disputes"]["students"] == 1
        assert document["disputes"]["disputed_s"] == 180
        assert document["disputes"]["share"] == pytest.approx(18 / 65)
        (row,) = document["disputes"]["rows"]
        assert set(row) == {"start_s", "end_s", "reason"}
        by_name = {row["name"]: row["disputed_s"] for row in document["students"]}
        assert (by_name["Ann"], by_name["Bob"]) == (180, 0)

    def test_csv_and_excel(self, owner: Client, known: KnownSession) -> None:
        text = export(owner, known.session, "students-csv").decode("utf-8-sig")
        rows = {row["student"]: row["disputed_s"] for row in csv.DictReader(io.StringIO(text))}
        assert (rows["Ann"], rows["Bob"]) == ("180", "0.0")
        assert "HYPERLINK" not in rows["Ann"]
        book = openpyxl.load_workbook(io.BytesIO(export(owner, known.session, "xlsx")))
        cells = [str(cell.value) for sheet in book for row in sheet for cell in row]
        assert any("3 of 25 minutes" in cell for cell in cells)

    def test_a_colleague_sees_none_of_it(self, owner: Client, known: KnownSession) -> None:
        stranger = Client()
        stranger.force_login(make_teacher())
        address = reverse("session_report", args=[known.session.pk])
        assert stranger.get(address).status_code == 404


def test_without_a_recorded_sample_there_is_no_share() -> None:
    assert DisputeReport(students=1).share is None


@pytest.mark.django_db
def test_a_students_page_says_how_much_they_call_wrong() -> None:
    known = make_known_session()
    for first, last in ((0, 60), (30, 120)):
        Dispute.objects.create(participant=known.ann, first_second=first, last_second=last)
    assert known.ann.student is not None
    (row,) = student_report(known.ann.student).sessions
    assert row.disputed_s == 120
    client = Client()
    client.force_login(known.teacher)
    page = client.get(known.ann.student.get_absolute_url()).content.decode()
    assert '<td class="number">2 min</td>' in page
