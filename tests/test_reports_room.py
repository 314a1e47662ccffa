"""What a room's camera counted, in the report and in every export."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from inference.labels import EMOTIONS
from sessions.models import ClassSession, RoomSample
from sessions.reports.session import session_report
from tests.factories import make_participant, make_room_sample, make_sample, make_session
from tests.known_session import export

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ClassSession:
    """Ten minutes: ten pictures of four faces, then ten of eight that all face the camera."""
    session = make_session(state="ended")
    for second in range(10):
        make_room_sample(session, second, faces=4, facing=0.5)
        make_room_sample(session, 10 + second, "sad", faces=8, facing=1.0)
    return session


@pytest.fixture
def owner(client: Client, session: ClassSession) -> Client:
    client.force_login(session.course.owner)
    return client


def test_the_figures_are_those_of_a_plain_calculation(session: ClassSession) -> None:
    room = session_report(session).room
    assert room is not None
    assert (room.frames, room.faces, room.facing) == (20, 6.0, 0.75)
    assert room.coverage == pytest.approx(20 / 600, rel=0.01)
    assert (room.models, room.detectors) == (("compact",), ("yunet",))
    first, *_, last = room.buckets
    assert (first.start_s, first.frames, first.faces, first.facing) == (0, 5, 4.0, 0.5)
    assert (first.coverage, last.start_s, last.faces) == (1.0, 15, 8.0)
    assert first.emotions is not None
    assert first.emotions[EMOTIONS.index("happy")] == pytest.approx(0.9)


def test_it_is_no_part_of_any_other_figure(session: ClassSession) -> None:
    report = session_report(session)
    assert not report.has_data
    assert (report.total.samples, report.students) == (0, ())
    assert session_report(make_session(state="ended")).room is None


def test_the_report_shows_it_with_its_coverage(owner: Client, session: ClassSession) -> None:
    page = owner.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "Room camera" in page
    assert "Mean 6.0 faces. Facing the camera: 75 %. Coverage 3 %" in page
    assert "Nothing was recorded" not in page
    make_sample(make_participant(session))
    page = owner.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "Engagement over time" in page
    assert "Room camera" in page


def test_every_export_has_it(owner: Client, session: ClassSession) -> None:
    document = json.loads(export(owner, session, "json"))
    assert document["room"]["faces"] == 6.0
    assert len(document["room"]["buckets"]) == 4
    rows = list(csv.DictReader(io.StringIO(export(owner, session, "room-csv").decode("utf-8-sig"))))
    assert [int(row["faces"]) for row in rows] == [4] * 10 + [8] * 10
    assert {row["note"] for row in rows} == {"estimate, never a grade"}
    assert float(rows[0]["happy"]) == pytest.approx(0.9)
    book = openpyxl.load_workbook(io.BytesIO(export(owner, session, "xlsx")))
    sheet = book["Room"]
    assert [sheet.cell(row, 4).value for row in range(2, 6)] == [4, 4, 8, 8]
    assert "Room camera" in export(owner, session, "html").decode()


def test_without_a_camera_no_export_of_it_is_offered(owner: Client, session: ClassSession) -> None:
    link = reverse("session_export", args=[session.pk, "room-csv"])
    page = reverse("session_report", args=[session.pk])
    assert link in owner.get(page).content.decode()
    RoomSample.objects.all().delete()
    assert link not in owner.get(page).content.decode()
    assert json.loads(export(owner, session, "json"))["room"] is None


def test_under_the_presence_policy_faces_alone_are_told(
    owner: Client, session: ClassSession, settings: Settings
) -> None:
    settings.POLICY = "presence"
    room = session_report(session).room
    assert room is not None
    assert (room.faces, room.facing, room.models) == (6.0, None, ())
    assert {one.emotions for one in room.buckets} == {None}
    text = export(owner, session, "room-csv").decode("utf-8-sig")
    assert text.splitlines()[0] == "session,at,second,faces,detector,coverage,note,generated_at"
    page = owner.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "Facing the camera" not in page
