"""Markers: set, changed and removed by the session's teacher alone, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from sessions.live.agreement import read_truths
from sessions.models import ClassSession, Marker
from sessions.teaching.markers import MOST, MarkerForm
from tests.factories import make_course, make_session, make_teacher

pytestmark = pytest.mark.django_db
NOW = timezone.now()
JSON = {"accept": "application/json"}


@pytest.fixture
def session() -> ClassSession:
    """It began ten minutes ago."""
    return make_session(make_course(make_teacher()))


@pytest.fixture
def teacher(session: ClassSession, client: Client) -> Client:
    client.force_login(session.course.owner)
    return client


def add(client: Client, session: ClassSession, **fields: Any) -> Any:
    address = reverse("marker_add", args=[session.pk])
    return client.post(address, {"kind": "topic", "text": "", **fields}, headers=JSON)


def test_without_a_time_it_is_set_now(teacher: Client, session: ClassSession) -> None:
    answer = add(teacher, session, text="  Waves   and sound ")
    marker = Marker.objects.get()
    assert answer.json() == {"message": "Marker set: Waves and sound.", "id": marker.pk}
    assert 600 <= marker.second <= 603
    assert (marker.kind, marker.label) == ("topic", "Waves and sound")
    assert read_truths([session.pk])[session.pk].markers == (
        (marker.pk, marker.second, "topic", "Waves and sound"),
    )


@pytest.mark.parametrize(
    ("typed", "second"), [("2:30", 150), ("0:00", 0), ("0:02:30", 150), (" 9:59 ", 599)]
)
def test_a_time_is_typed_as_people_write_it(
    teacher: Client, session: ClassSession, typed: str, second: int
) -> None:
    add(teacher, session, clock=typed)
    assert Marker.objects.get().second == second


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "party"}, "party is not one of the available choices"),
        ({"second": "-1"}, "greater than or equal to 0"),
        ({"second": "100000"}, "was not that long"),
        ({"clock": "half past two"}, "as 12:30"),
        ({"clock": "2:75"}, "as 12:30"),
        ({"clock": "55:00"}, "was not that long"),
        ({"text": "x" * 121}, "at most 120 characters"),
        ({"text": "a\u202eb"}, "letters, digits and ordinary signs"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    teacher: Client, session: ClassSession, fields: dict[str, str], reason: str
) -> None:
    answer = add(teacher, session, **fields)
    assert answer.status_code == 400
    assert reason in answer.json()["message"]
    assert not Marker.objects.exists()
    page = teacher.post(
        reverse("marker_add", args=[session.pk]), {"kind": "topic", **fields}, follow=True
    )
    assert "The marker is not saved." in page.content.decode()


def test_before_the_start_there_is_no_timeline(client: Client) -> None:
    session = make_session(state="planned")
    client.force_login(session.course.owner)
    answer = add(client, session)
    assert (answer.status_code, "Start the session first" in answer.json()["message"]) == (
        400,
        True,
    )


def test_a_session_has_so_many_and_no_more(teacher: Client, session: ClassSession) -> None:
    Marker.objects.bulk_create(
        Marker(session=session, second=number, kind="note") for number in range(MOST)
    )
    assert "at most 300 markers" in add(teacher, session).json()["message"]


def test_it_is_changed_and_removed_afterwards(teacher: Client, session: ClassSession) -> None:
    add(teacher, session, second="30")
    marker = Marker.objects.get()
    edit = reverse("marker_edit", args=[session.pk, marker.pk])
    page = teacher.post(edit, {"kind": "break", "text": "Pause", "second": "40"}, follow=True)
    assert "Marker changed: Pause." in page.content.decode()
    marker.refresh_from_db()
    assert (marker.kind, marker.text, marker.second) == ("break", "Pause", 40)
    teacher.post(edit, {"kind": "break", "text": "Longer pause"})
    marker.refresh_from_db()
    assert (marker.text, marker.second) == ("Longer pause", 40), "without a time it stays there"
    teacher.post(reverse("marker_remove", args=[session.pk, marker.pk]))
    assert not Marker.objects.exists()


@pytest.mark.parametrize("name", ["marker_add", "marker_edit", "marker_remove"])
def test_strangers_and_colleagues_change_nothing(
    client: Client, session: ClassSession, name: str
) -> None:
    marker = Marker.objects.create(session=session, second=1, kind="note", text="Mine")
    arguments = [session.pk] if name == "marker_add" else [session.pk, marker.pk]
    address = reverse(name, args=arguments)
    assert "/accounts/login/" in client.post(address, {"kind": "note"}).headers["Location"]
    client.force_login(make_teacher())
    assert client.post(address, {"kind": "break", "text": "Yours"}).status_code == 404
    assert list(Marker.objects.values_list("text", "kind")) == [("Mine", "note")]


def test_a_marker_of_another_session_is_not_found(teacher: Client, session: ClassSession) -> None:
    other = make_session(session.course)
    marker = Marker.objects.create(session=other, second=1, kind="note")
    assert teacher.post(reverse("marker_remove", args=[session.pk, marker.pk])).status_code == 404


@given(st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_typed_is_taken_or_refused(text: str, clock: str, second: str) -> None:
    session = ClassSession(state="ended", started_at=NOW, ended_at=NOW + timedelta(minutes=10))
    fields = {"kind": "note", "text": text, "clock": clock, "second": second}
    form = MarkerForm(fields, instance=Marker(pk=1, second=5, session=session))
    if form.is_valid():
        assert 0 <= form.cleaned_data["second"] <= 600
        assert "\n" not in form.cleaned_data["text"]
    else:
        assert form.errors
