"""A course's sessions beside a plain calculation."""

from statistics import mean

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from inference.engagement import level_of
from sessions.live.thinning import thin_expired
from sessions.models import ClassSession, Sample
from sessions.reports.charts.course import course_charts
from sessions.reports.course import course_report
from sessions.reports.since import since_last_time
from tests.factories import make_course, make_participant, make_sample
from tests.known_session import add_stay
from tests.semester import LENGTH_S, STUDENTS, engagement, make_semester

pytestmark = pytest.mark.django_db


def came(session: int) -> list[int]:
    return [student for student in range(STUDENTS + 1) if student != session]


def test_each_session_is_that_of_a_plain_calculation(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    sessions = make_semester(4)
    with django_assert_num_queries(5):
        report = course_report(sessions[0].course)
    assert [one.title for one in report.sessions] == [one.title for one in sessions]
    for number, one in enumerate(report.sessions):
        values = [engagement(student, number) for student in came(number)]
        assert one.engagement == pytest.approx(mean(values))
        assert one.interval is not None
        assert min(values) <= one.interval.low < mean(values) < one.interval.high <= max(values)
        assert one.levels == {
            level: sum(level_of(value) == level for value in values)
            for level in ("very", "engaged", "not")
        }
        assert one.coverage == pytest.approx(0.9)
        assert one.attendance is not None
        assert (one.present, one.attendance.n) == (STUDENTS, STUDENTS + 1)
        assert one.little == 0


def test_it_says_the_same_when_the_samples_are_gone(settings: Settings) -> None:
    course = make_semester(2)[0].course
    before = course_report(course)
    settings.RAW_RETENTION_DAYS = 1
    assert thin_expired() == 2
    assert not Sample.objects.exists()
    after = course_report(course)
    for one, other in zip(before.sessions, after.sessions, strict=True):
        assert other.engagements == pytest.approx(one.engagements)
        assert other.levels == one.levels


def test_a_weekday_of_two_sessions_is_too_little_and_of_three_a_mean() -> None:
    course = make_semester(2)[0].course
    (slot,) = course_report(course).by_weekday
    assert (slot.label, slot.sessions, slot.engagement) == ("Monday", 2, None)
    course = make_semester(3)[0].course
    report = course_report(course)
    (slot,) = report.by_weekday
    assert slot.sessions == 3
    assert slot.engagement == pytest.approx(mean(one.engagement or 0 for one in report.sessions))
    assert [one.label for one in report.by_hour] == ["8:00"]


def test_two_definitions_stand_on_lines_of_their_own() -> None:
    sessions = make_semester(3)
    ClassSession.objects.filter(pk=sessions[0].pk).update(definition="index-1")
    report = course_report(sessions[0].course)
    assert report.definitions == ("index-1", "index-2")
    # By index-1 there are two levels, and weekdays leave it out.
    assert report.sessions[0].levels["very"] == 0
    assert report.by_weekday[0].sessions == 2
    charts = {chart.key: chart for chart in course_charts(report)}
    assert len(charts["engagement"].figure["data"]) == 2
    ClassSession.objects.filter(pk=sessions[1].pk).update(definition="index-1")
    sentence = since_last_time(course_report(sessions[0].course))[0]
    assert "cannot be compared" in sentence.text


def test_who_is_not_on_the_list_counts_in_the_class_and_not_in_attendance() -> None:
    (session,) = make_semester(1)
    stranger = make_participant(session, display_name="Nobody")
    add_stay(stranger, 0, LENGTH_S)
    for second in range(0, LENGTH_S, 10):
        make_sample(stranger, second, engagement=1.0)
    (one,) = course_report(session.course).sessions
    values = [*(engagement(student, 0) for student in came(0)), 1.0]
    assert one.engagement == pytest.approx(mean(values))
    assert one.seen == STUDENTS + 1
    assert one.present == STUDENTS


def test_what_changed_is_the_mean_of_own_changes() -> None:
    course = make_semester(2)[0].course
    report = course_report(course)
    change, presence = since_last_time(report)
    # Five were there both times, and each rose by .1.
    assert change.figures["change"] == pytest.approx(0.1)
    assert change.text == (
        "Engagement is up 0.10 (+0.10 to +0.10) from “Lesson 1” to “Lesson 2”, by 5 students seen "
        "in both."
    )
    assert presence.text == (
        "6 of 7 came, as many as last time; coverage was 90 %, and 90 % before."
    )


def test_no_change_is_claimed_where_the_interval_holds_none() -> None:
    first, second = make_semester(2)
    people = second.participants.order_by("student__name")
    for number, person in enumerate(people):
        value = engagement(number, 0) + (0.05 if number % 2 else -0.05)
        person.minutes.update(engagement_sum=0)
        person.minutes.filter(second=0).update(engagement_sum=value * 54)
    text = since_last_time(course_report(first.course))[0].text
    assert "no clear change from “Lesson 1” to “Lesson 2”" in text


def test_one_session_has_nothing_to_compare_with_and_none_has_no_charts() -> None:
    assert since_last_time(course_report(make_semester(1)[0].course)) == ()
    empty = course_report(make_course())
    assert empty.sessions == ()
    assert course_charts(empty) == []


def test_under_the_presence_policy_there_is_presence_only(settings: Settings) -> None:
    settings.POLICY = "presence"
    report = course_report(make_semester(2)[0].course)
    assert all(one.engagement is None and not one.engagements for one in report.sessions)
    assert [chart.key for chart in course_charts(report)] == ["presence"]
    assert [one.topic for one in since_last_time(report)] == ["Presence"]
