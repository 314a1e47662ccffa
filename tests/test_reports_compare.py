"""Two sessions, or two groups, beside a plain calculation."""

from statistics import mean

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from sessions.models import ClassSession, Marker
from sessions.reports.charts.compare import comparison_charts
from sessions.reports.compare import Comparison, compare_groups, compare_sessions, mean_of
from tests.semester import engagement, make_semester

pytestmark = pytest.mark.django_db


def labels(found: Comparison) -> list[tuple[str | None, str | None]]:
    return [
        (pair.left.label if pair.left else None, pair.right.label if pair.right else None)
        for pair in found.pairs
    ]


def test_segments_of_two_sessions_are_paired_by_words_or_else_by_kind(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second = make_semester(2)
    with django_assert_max_num_queries(10):
        found = compare_sessions(first, second)
    assert labels(found) == [("Topic", "Topic"), ("Exercise 1", "Exercise 2")]
    for pair in (found.whole, *found.pairs):
        for number, side in enumerate((pair.left, pair.right)):
            students = [one for one in range(7) if one != number]
            plain = mean(engagement(one, number) for one in students)
            assert mean_of(side) == pytest.approx(plain)
            assert side is not None
            assert side.coverage == pytest.approx(0.9)
        # Five were in both, and each rose by .1.
        assert pair.difference is not None
        assert pair.difference.n == 5
        assert pair.difference.value == pytest.approx(0.1)
        assert pair.difference.is_clear


def test_what_has_no_pair_stands_alone_and_the_order_stays() -> None:
    first, second = make_semester(2)
    Marker.objects.create(session=second, second=100, kind="break", text="")
    Marker.objects.create(session=first, second=500, kind="question", text="Why?")
    found = compare_sessions(first, second)
    assert labels(found) == [
        ("Topic", "Topic"),
        (None, "Break"),
        ("Exercise 1", "Exercise 2"),
        ("Why?", None),
    ]
    assert found.pairs[1].difference is None
    assert [chart.key for chart in comparison_charts(found)] == ["whole", "pair-1", "pair-3"]


def test_curves_begin_at_the_marker() -> None:
    first, second = make_semester(2)
    Marker.objects.filter(session=second, second=300).update(second=240)
    found = compare_sessions(first, second)
    chart = comparison_charts(found)[2]
    for trace, minutes in zip(chart.figure["data"], (5, 6), strict=True):
        assert trace["x"] == [place + 0.5 for place in range(minutes)]


def test_of_two_definitions_no_difference_is_given() -> None:
    first, second = make_semester(2)
    ClassSession.objects.filter(pk=second.pk).update(definition="index-1")
    second.refresh_from_db()
    found = compare_sessions(first, second)
    assert found.whole.difference is None
    assert all(pair.difference is None for pair in found.pairs)


def test_two_groups_of_five_are_too_few_unless_both_have_five() -> None:
    (session,) = make_semester(1)
    students = list(session.course.students.order_by("name"))
    chosen = {student.pk for student in students[:4]}
    found = compare_groups(session, chosen)
    # The first missed the session: three of the group came, and the three others.
    assert len(found.left.keys) == len(found.right.keys) == 3
    assert mean_of(found.whole.left) == pytest.approx(mean(engagement(one, 0) for one in (1, 2, 3)))
    assert mean_of(found.whole.right) == pytest.approx(
        mean(engagement(one, 0) for one in (4, 5, 6))
    )
    assert found.whole.difference is None
    assert len(found.pairs) == 2


def test_without_markers_the_whole_is_compared() -> None:
    first, second = make_semester(2)
    Marker.objects.all().delete()
    found = compare_sessions(first, second)
    assert labels(found) == [("Start", "Start")]
    assert compare_groups(first, set()).pairs == ()


def test_under_the_presence_policy_there_is_coverage_only(settings: Settings) -> None:
    settings.POLICY = "presence"
    found = compare_sessions(*make_semester(2))
    assert comparison_charts(found) == []
    assert mean_of(found.whole.left) is None
    assert found.whole.left is not None
    assert found.whole.left.coverage == pytest.approx(0.9)
