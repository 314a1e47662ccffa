from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from sessions.models import ClassSession, Sample
from sessions.reports.buckets import WIDTHS_S
from sessions.reports.session import MAX_BUCKETS, MIN_BUCKET_S, session_report, widths_for
from sessions.reports.student import student_report
from tests.factories import make_participant, make_sample, make_session
from tests.known_session import FORMULA_NAME, LENGTH_S, add_samples, add_stay, make_known_session

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("minutes", [1, 10, 25, 26, 50, 90, 240])
def test_buckets_are_few_and_as_narrow_as_that_allows(minutes: int) -> None:
    width, cell = widths_for(minutes * 60, interval_s=1)
    assert cell % width == 0
    assert minutes * 60 / width <= MAX_BUCKETS
    least = 60 if minutes > 15 else MIN_BUCKET_S
    narrower = [other for other in WIDTHS_S if least <= other < width]
    assert all(minutes * 60 / other > MAX_BUCKETS for other in narrower)


def test_a_bucket_holds_at_least_two_samples_of_a_student() -> None:
    assert widths_for(600, interval_s=2.5) == (5, 60)
    assert widths_for(600, interval_s=2.6) == (10, 60)
    assert widths_for(600, interval_s=60) == (120, 120)


def test_a_report_agrees_with_the_database() -> None:
    known = make_known_session()
    report = session_report(known.session)
    stored = Sample.objects.filter(session=known.session)
    assert report.total.samples == stored.count() == 65
    assert report.total.usable == stored.usable().count() == 55
    # Ann alone: of Bob too little was seen for a mean.
    assert report.total.engagement == pytest.approx(0.4)
    assert sum(bucket.samples for bucket in report.buckets) == 65
    assert report.provenance.models == ("compact",)
    assert report.length_s == LENGTH_S


def test_each_student_has_attendance_coverage_and_mean() -> None:
    known = make_known_session()
    odd, ann, bob = session_report(known.session).students
    assert (odd.name, ann.name, bob.name) == (FORMULA_NAME, "Ann", "Bob")
    assert ann.student_id == known.ann.student_id
    assert ann.tally.attendance == 1
    assert ann.tally.coverage == pytest.approx(50 / 60)
    assert ann.tally.engagement == pytest.approx(0.4)
    assert ann.tally.dominant == ("happy", 1.0)
    assert bob.tally.attendance == pytest.approx(0.5)
    assert bob.tally.coverage == pytest.approx(5 / 30)
    assert bob.tally.engagement is None
    assert odd.tally.samples == 0
    assert odd.tally.coverage == 0


def test_cells_are_blank_where_too_little_was_seen() -> None:
    report = session_report(make_known_session().session)
    ann = report.students[1]
    assert report.cell_s == 60
    assert [cell.engagement is None for cell in ann.cells[:10]] == [False] * 9 + [True]
    assert ann.cells[0].coverage == 1
    assert ann.cells[8].coverage == pytest.approx(2 / 6)


def test_a_class_mean_needs_a_tenth_of_the_faces() -> None:
    session = make_session(state="ended")
    for _ in range(11):
        add_stay(make_participant(session), 0, 600)
    seen = session.participants.first()
    assert seen is not None
    add_samples(seen, range(10), "happy", 0.5)
    first = session_report(session).buckets[0]
    assert first.usable == 5
    assert first.expected == pytest.approx(55)
    assert first.engagement is None
    assert first.coverage == pytest.approx(1 / 11)


def test_time_before_the_start_is_not_attended() -> None:
    session = make_session(state="ended")
    add_stay(make_participant(session), -300, 60)
    assert session_report(session).students[0].tally.attended_s == pytest.approx(60)


def test_a_sample_at_the_very_end_is_counted() -> None:
    session = make_session(state="ended")
    make_sample(make_participant(session), second=600)
    report = session_report(session)
    assert report.buckets[-1].samples == 1
    assert len(report.students[0].cells) == 11


def test_a_live_session_is_reported_up_to_now() -> None:
    session = make_session(state="live", started_at=timezone.now() - timedelta(seconds=90))
    participant = make_participant(session)
    add_stay(participant, 0, 90)
    add_samples(participant, range(90), "happy", 0.5)
    report = session_report(session)
    assert report.is_live
    assert 90 <= report.length_s < 100
    assert report.students[0].tally.coverage == 1


def test_a_planned_session_has_no_data() -> None:
    report = session_report(make_session(state="planned"))
    assert not report.has_data
    assert report.buckets == ()
    assert report.total.coverage is None


def test_without_emotion_only_presence_is_reported(settings: Settings) -> None:
    settings.POLICY = "presence"
    report = session_report(make_known_session().session)
    assert not report.with_emotion
    assert report.provenance.models == ()
    assert report.total.engagement is None
    assert all(bucket.engagement is None for bucket in report.buckets)
    assert all(bucket.emotions is None for bucket in report.buckets)
    assert all(row.tally.emotion_shares is None for row in report.students)
    assert report.students[1].tally.coverage == pytest.approx(50 / 60)


@pytest.mark.parametrize("more", [0, 8])
def test_the_number_of_queries_does_not_grow(
    more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    known = make_known_session()
    for _ in range(more):
        participant = make_participant(known.session)
        add_stay(participant, 0, 60)
        add_samples(participant, range(0, 60, 10), "sad", 0.3)
    session = ClassSession.objects.select_related("course").get(pk=known.session.pk)
    students, markers, voice, room, disputes = 4, 1, 4, 1, 1
    with django_assert_num_queries(students + markers + voice + room + disputes):
        session_report(session)


def test_a_student_is_reported_across_sessions(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    known = make_known_session()
    student = known.ann.student
    assert student is not None
    earlier = make_session(
        known.session.course,
        state="ended",
        title="Earlier",
        started_at=timezone.now() - timedelta(days=2),
        ended_at=timezone.now() - timedelta(days=2) + timedelta(minutes=10),
    )
    for start, end in ((0, 240), (180, 300)):
        again = make_participant(earlier, display_name="Ann", student=student)
        add_stay(again, start, end)
        add_samples(again, range(start, start + 6), "happy", 0.6)
    make_session(known.session.course, state="ended")
    with django_assert_num_queries(5):
        report = student_report(student)
    assert [row.title for row in report.sessions] == ["Earlier", "Waves & sound"]
    assert report.sessions_held == 3
    first, second = (row.tally for row in report.sessions)
    assert first.attended_s == pytest.approx(300)
    assert first.samples == 12
    assert first.engagement == pytest.approx(0.6)
    assert second.engagement == pytest.approx(0.4)
