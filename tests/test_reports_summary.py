"""Levels over the lesson and the three sentences, beside plain calculations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from sessions.models import Answer, CheckIn, ClassSession, Marker
from sessions.reports.charts.session import session_charts
from sessions.reports.levels import stretches
from sessions.reports.session import session_report
from sessions.reports.summary import summary
from tests.factories import make_participant, make_sample, make_session
from tests.known_session import add_stay

pytestmark = pytest.mark.django_db
STUDENTS = 10
LENGTH_S = 600
MINUTE_S = 60


def lesson(engagement: Callable[[int, int], float | None]) -> ClassSession:
    """Ten minutes, a sample each ten seconds; engagement of a student in a minute."""
    session = make_session(state="ended", interval_s=10)
    for number in range(STUDENTS):
        person = make_participant(session)
        add_stay(person, 0, LENGTH_S)
        for second in range(0, LENGTH_S, 10):
            value = engagement(number, second // MINUTE_S)
            emotion = "" if value is None else "neutral"
            make_sample(person, second, emotion, engagement=value, facing=1.0, definition="index-2")
    return session


def dip(number: int, minute: int) -> float | None:
    """Eight of ten are engaged, in minutes 4 to 6 three; the last student is never seen."""
    if number == STUDENTS - 1:
        return None
    engaged = 3 if minute in (4, 5, 6) else 8
    if number >= engaged:
        return 0.1
    return 0.8 if number < 2 else 0.5


def even(number: int, minute: int) -> float | None:
    return 0.5 if number < 7 else 0.1


def test_levels_are_counted_minute_by_minute() -> None:
    made = stretches(session_report(lesson(dip)))
    assert [one.start_s for one in made] == list(range(0, LENGTH_S, MINUTE_S))
    for minute, one in enumerate(made):
        values = [dip(number, minute) for number in range(STUDENTS)]
        known = [value for value in values if value is not None]
        assert one.counts["very"] == sum(value > 0.65 for value in known)
        assert one.counts["engaged"] == sum(0.25 <= value <= 0.65 for value in known)
        assert one.counts["not"] == sum(value < 0.25 for value in known)
        assert (one.little, one.known) == (1, 9)


def test_the_sentences_say_the_figures_beside_them() -> None:
    session = lesson(dip)
    Marker.objects.create(session=session, second=200, kind="activity", text="Exercise")
    report = session_report(session)
    overall, notable, trust = summary(report)
    assert overall.text.startswith("At a typical moment 8 of the 9 students seen were engaged")
    assert overall.figures["coverage"] == pytest.approx(0.9)
    assert "90 %" in overall.text
    assert notable.topic == "The dip"
    assert notable.text == "Fewest were engaged from minute 4 to 7 (“Exercise”): 3 of 9."
    assert (notable.figures["start_s"], notable.figures["end_s"]) == (240, 420)
    assert trust.text.startswith("1 of 10 students were seen too little")


def test_an_even_lesson_is_called_so() -> None:
    _, notable, _ = summary(session_report(lesson(even)))
    assert notable.text == (
        "It stayed even: the share engaged was never 15 points away from its usual 70 %."
    )


def test_a_peak_is_one_too() -> None:
    def peak(number: int, minute: int) -> float:
        return 0.5 if number < (9 if minute in (0, 1) else 4) else 0.1

    _, notable, _ = summary(session_report(lesson(peak)))
    assert notable.text == "Most were engaged from minute 0 to 2: 9 of 10."


def test_the_students_own_word_comes_first() -> None:
    session = lesson(even)
    asked = CheckIn.objects.create(session=session, question="Clear?", second=9)
    for person in session.participants.all()[:4]:
        Answer.objects.create(check_in=asked, participant=person, value=4, second=10)
    *_, word = summary(session_report(session))
    assert word.text == "Asked “Clear?”, 4 of 10 students answered 4.0 of 5 on average."


def test_too_little_data_makes_no_sentence(settings: Settings) -> None:
    assert summary(session_report(make_session(state="ended"))) == ()
    unseen = lesson(lambda number, minute: None)
    assert summary(session_report(unseen)) == ()
    session = lesson(even)
    settings.POLICY = "presence"
    assert summary(session_report(session)) == ()
    assert stretches(session_report(session)) == ()


def test_by_the_first_definition_there_are_two_levels() -> None:
    session = lesson(even)
    session.samples.update(definition="index-1", engagement=0.3)
    made = stretches(session_report(session))
    assert {(one.counts["very"], one.counts["engaged"]) for one in made} == {(0, STUDENTS)}


def test_the_report_begins_with_them(client: Client) -> None:
    session = lesson(dip)
    client.force_login(session.course.owner)
    page = client.get(reverse("session_report", args=[session.pk])).content.decode()
    assert "Fewest were engaged from minute 4 to 7: 3 of 9." in page
    (levels, *_) = session_charts(session_report(session))
    assert levels.title == "Levels over the lesson"
    very, engaged, low, little = levels.figure["data"]
    assert (very["y"][0], engaged["y"][0], low["y"][0], little["y"][0]) == (2, 6, 1, 1)
    exported = client.get(reverse("session_export", args=[session.pk, "html"]))
    assert "Fewest were engaged" in exported.content.decode()
