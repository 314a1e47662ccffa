"""Behind every chart there is a table with the same figures."""

import pytest
from django.test import Client
from django.urls import reverse

from sessions.reports.charts.course import course_charts
from sessions.reports.charts.session import session_charts
from sessions.reports.charts.tables import table_of
from sessions.reports.course import course_report
from sessions.reports.facts import clock
from sessions.reports.session import session_report
from tests.known_session import FORMULA_NAME, make_known_session
from tests.semester import make_semester

pytestmark = pytest.mark.django_db


def test_a_line_and_its_coverage_are_columns_and_each_time_a_row() -> None:
    report = session_report(make_known_session().session)
    charts = {chart.key: chart for chart in session_charts(report)}
    table = charts["engagement"].table
    assert table.head[1] == "Engagement"
    assert table.head[-1] == "Coverage"
    assert [row[0] for row in table.rows] == [clock(one.start_s) for one in report.buckets]
    for row, bucket in zip(table.rows, report.buckets, strict=True):
        shown = "none" if bucket.engagement is None else f"{bucket.engagement:.2f}"
        assert row[1] == shown
        assert row[-1] == ("none" if bucket.coverage is None else f"{bucket.coverage:.2f}")


def test_a_heat_map_is_students_by_time() -> None:
    report = session_report(make_known_session().session)
    charts = {chart.key: chart for chart in session_charts(report)}
    table = charts["matrix"].table
    assert [row[0] for row in table.rows] == [row.name for row in report.students]
    assert FORMULA_NAME in [row[0] for row in table.rows]
    assert all(len(row) == len(table.head) for row in table.rows)


def test_a_bar_that_lies_is_read_by_its_label() -> None:
    report = session_report(make_known_session().session)
    mix = next(chart for chart in session_charts(report) if chart.key == "mix")
    assert ("happy", f"{report.total.emotion_shares[3]:.2f}") in mix.table.rows  # type: ignore[index]


def test_sessions_of_a_course_are_named() -> None:
    report = course_report(make_semester(2)[0].course)
    chart = course_charts(report)[0]
    assert [row[0] for row in chart.table.rows] == ["1. Lesson 1, 2 Mar", "2. Lesson 2, 9 Mar"]


def test_a_figure_without_traces_has_no_rows() -> None:
    assert table_of({"data": [], "layout": {}}).rows == ()


def test_every_chart_of_a_page_has_its_table() -> None:
    known = make_known_session()
    client = Client()
    client.force_login(known.teacher)
    page = client.get(reverse("session_report", args=[known.session.pk])).content.decode()
    assert page.count('class="chart"') == page.count("The same as a table") > 3
