"""What students said, in the report and in every export, without a name."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from sessions.models import Answer, CheckIn, ClassSession, Signal
from sessions.reports.charts.session import session_charts
from sessions.reports.session import session_report
from tests.factories import make_participant, make_session
from tests.known_session import export

pytestmark = pytest.mark.django_db
NAME = "Ada Lovelace-King"


@pytest.fixture
def session() -> ClassSession:
    session = make_session(state="ended")
    people = [make_participant(session, display_name=f"{NAME} {number}") for number in range(4)]
    asked = CheckIn.objects.create(
        session=session, question="=Clear?", second=120, closed_second=180
    )
    CheckIn.objects.create(session=session, question="Nobody answered", second=300)
    for person, value in zip(people, (2, 4, 4, 5), strict=True):
        Answer.objects.create(check_in=asked, participant=person, value=value, second=130)
    for person, kind, second in (
        (people[0], "confused", 65), (people[1], "confused", 70), (people[2], "hand", 500),
    ):  # fmt: skip
        Signal.objects.create(session=session, participant=person, kind=kind, second=second)
    return session


@pytest.fixture
def owner(client: Client, session: ClassSession) -> Client:
    client.force_login(session.course.owner)
    return client


def test_the_figures_are_those_of_the_answers(session: ClassSession) -> None:
    voice = session_report(session).voice
    asked, silent = voice.check_ins
    assert (asked.counts, asked.answers, asked.mean) == ((0, 1, 0, 2, 1), 4, 3.75)
    assert (silent.answers, silent.mean) == (0, None)
    assert voice.signs == {"confused": (65, 70), "too_fast": (), "too_slow": (), "hand": (500,)}
    assert not session_report(make_session(state="ended")).voice.has_data


def test_signs_are_charted_by_minute(session: ClassSession) -> None:
    (chart,) = session_charts(session_report(session))
    confused, hands = chart.figure["data"]
    assert (confused["name"], confused["y"][1], sum(confused["y"])) == ("Confused", 2, 2)
    assert (hands["y"][8], sum(hands["y"])) == (1, 1)


def test_the_report_and_every_export_have_them(owner: Client, session: ClassSession) -> None:
    page = owner.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "4 of 4" in page
    assert "3.8" in page
    assert "3 signs that students gave themselves" in page
    document = json.loads(export(owner, session, "json"))
    assert document["check_ins"][0]["counts"] == [0, 1, 0, 2, 1]
    assert document["signs"]["confused"] == [65, 70]
    text = export(owner, session, "voice-csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["kind"] for row in rows] == ["check-in", "check-in", "confused", "confused", "hand"]
    assert rows[0]["question"] == "'=Clear?"
    assert NAME not in text
    sheet = openpyxl.load_workbook(io.BytesIO(export(owner, session, "xlsx")))["Check-ins"]
    assert [sheet.cell(2, column).value for column in range(3, 11)] == [
        "by the teacher",
        0,
        1,
        0,
        2,
        1,
        4,
        3.75,
    ]
    assert "Check-ins" in export(owner, session, "html").decode()
