"""Alerts as they are stored: once, of a live class, seen by its teacher alone."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from sessions import services
from sessions.live.agreement import read_truths
from sessions.live.alert_records import rules_of, store_change
from sessions.live.alerts import Change, Rules
from sessions.models import Alert, ClassSession
from sessions.teaching.forms import CourseForm
from tests.factories import make_course, make_participant, make_session, make_teacher

pytestmark = pytest.mark.django_db
LOW = Change(("engaged", None), True, 0.4)


@pytest.fixture
def session() -> ClassSession:
    return make_session(make_course(make_teacher()))


def test_two_processes_raise_an_alert_once_and_again_after_its_end(session: ClassSession) -> None:
    for second in (60, 61):
        store_change(session.pk, second, LOW)
    (stored,) = Alert.objects.all()
    assert (stored.kind, stored.second, stored.value) == ("engaged", 60, 0.4)
    store_change(session.pk, 90, Change(("engaged", None), False, 0.7))
    stored.refresh_from_db()
    assert stored.ended_second == 90
    store_change(session.pk, 400, LOW)
    assert Alert.objects.count() == 2


def test_one_student_s_absence_is_not_another_s(session: ClassSession) -> None:
    ada, ben = make_participant(session), make_participant(session)
    for who in (ada, ben, ada):
        store_change(session.pk, 60, Change(("away", who.pk), True, 180))
    assert Alert.objects.count() == 2
    views = read_truths([session.pk])[session.pk].alerts
    assert [(one.kind, one.participant, one.seen) for one in views] == [
        ("away", ada.pk, False),
        ("away", ben.pk, False),
    ]
    gone = ada.pk
    ada.delete()
    store_change(session.pk, 70, Change(("away", gone), True, 180))
    assert Alert.objects.count() == 1


def test_after_the_end_none_is_raised_and_all_are_over(session: ClassSession) -> None:
    store_change(session.pk, 60, LOW)
    services.end_session(session)
    stored = Alert.objects.get()
    assert stored.ended_second is not None
    store_change(session.pk, 700, Change(("coverage", None), True, 0.1))
    assert Alert.objects.count() == 1


def test_the_teacher_has_seen_it_and_nobody_else_can(client: Client, session: ClassSession) -> None:
    store_change(session.pk, 60, LOW)
    alert = Alert.objects.get()
    address = reverse("alert_seen", args=[session.pk, alert.pk])
    assert "/accounts/login/" in client.post(address).headers["Location"]
    client.force_login(make_teacher())
    assert client.post(address).status_code == 404
    alert.refresh_from_db()
    assert alert.acknowledged_second is None
    client.force_login(session.course.owner)
    client.post(address)
    alert.refresh_from_db()
    assert alert.acknowledged_second is not None
    assert read_truths([session.pk])[session.pk].alerts[0].seen
    page = client.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "Few are engaged" in page
    assert "(40 %)" in page


FIELDS = {
    "name": "Physics",
    "alert_share": "0.5",
    "alert_coverage": "0.4",
    "alert_after_s": "120",
    "alert_away_min": "3",
    "alert_confused": "3",
}


def test_thresholds_are_those_of_the_course() -> None:
    course = make_course()
    assert rules_of(course) == Rules()
    form = CourseForm(
        {**FIELDS, "alert_share": "", "alert_away_min": "", "alert_confused": "5"}, instance=course
    )
    assert form.is_valid(), form.errors
    assert rules_of(form.save()) == Rules(share=None, away_s=None, confused=5)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("alert_share", "2"),
        ("alert_share", "200 %"),
        ("alert_share", "-0.1"),
        ("alert_coverage", "1.01"),
        ("alert_after_s", "0"),
        ("alert_after_s", ""),
        ("alert_away_min", "0"),
        ("alert_confused", "-3"),
        ("alert_share", "nan"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused(field: str, value: str) -> None:
    form = CourseForm({**FIELDS, field: value}, instance=make_course())
    assert list(form.errors) == [field]
