import json
from pathlib import Path

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version
from pytest_django import Settings

from inference.labels import EMOTIONS
from sessions.reports.charts.figures import Chart, plotly_text
from sessions.reports.charts.session import session_charts
from sessions.reports.charts.student import student_charts
from sessions.reports.session import session_report
from sessions.reports.student import student_report
from sessions.site.palette import EMOTION_COLOURS
from tests.factories import make_participant, make_session
from tests.known_session import add_samples, add_stay, make_known_session

pytestmark = pytest.mark.django_db


def charts_of_a_session() -> dict[str, Chart]:
    return {
        chart.key: chart for chart in session_charts(session_report(make_known_session().session))
    }


def test_every_figure_is_one_that_plotly_accepts_and_json_holds() -> None:
    charts = charts_of_a_session()
    assert list(charts) == ["levels", "engagement", "emotions", "mix", "matrix"]
    for chart in charts.values():
        go.Figure(chart.figure)
        json.dumps(chart.figure, allow_nan=False)
        assert "overage" in chart.caption


def test_the_engagement_line_has_gaps_where_nobody_was_seen() -> None:
    line, expression, coverage = charts_of_a_session()["engagement"].figure["data"]
    # Buckets of 30 s: Bob is seen in the first two, Ann until second 500.
    assert line["y"][0] == pytest.approx((0.4 + 0.8) / 2)
    assert line["y"][10] == pytest.approx(0.4)
    assert set(line["y"][17:]) == {None}
    assert line["connectgaps"] is False
    assert expression["name"] == "Expression"
    assert len(coverage["y"]) == len(line["y"])


def test_emotions_keep_their_order_and_colours() -> None:
    figure = charts_of_a_session()["emotions"].figure
    assert [trace["name"] for trace in figure["data"]] == list(EMOTIONS)
    assert [trace["marker"]["color"] for trace in figure["data"]] == list(EMOTION_COLOURS.values())
    stacked = sum(trace["y"][0] for trace in figure["data"])
    assert stacked == pytest.approx(1, abs=0.001)


def test_every_emotion_has_a_colour_of_its_own() -> None:
    assert tuple(EMOTION_COLOURS) == EMOTIONS
    assert len(set(EMOTION_COLOURS.values())) == len(EMOTIONS)


def test_the_matrix_has_a_row_a_student_and_shows_names_as_they_are() -> None:
    figure = charts_of_a_session()["matrix"].figure
    heat = figure["data"][0]
    assert len(heat["z"]) == 3
    assert heat["z"][1][0] == pytest.approx(0.4)
    assert heat["z"][0][0] is None
    assert "<" not in heat["customdata"][0][0][0]
    assert all("<" not in text for text in figure["layout"]["yaxis"]["ticktext"])


def test_the_script_that_draws_is_of_the_version_that_checks_figures_here() -> None:
    script = Path(__file__).parent.parent / "static" / "vendor" / "plotly-cartesian.min.js"
    first = script.read_text(encoding="utf-8")[:200]
    assert f"plotly.js (cartesian - minified) v{get_plotlyjs_version()}" in first


def test_plotly_gets_no_tags_from_names() -> None:
    assert plotly_text("<a href='x'>A & B</a>") == "&lt;a href='x'&gt;A &amp; B&lt;/a&gt;"


def test_no_data_makes_no_charts() -> None:
    assert session_charts(session_report(make_session())) == []


def test_without_emotion_charts_show_presence_only(settings: Settings) -> None:
    settings.POLICY = "presence"
    known = make_known_session()
    charts = session_charts(session_report(known.session))
    assert [chart.key for chart in charts] == ["coverage", "matrix", "attendance"]
    assert known.ann.student is not None
    charts += student_charts(student_report(known.ann.student))
    assert "ngagement" not in json.dumps([(c.title, c.caption, c.figure) for c in charts])
    for chart in charts:
        go.Figure(chart.figure)


def test_a_students_charts_go_by_session() -> None:
    student = make_known_session().ann.student
    assert student is not None
    engagement, presence = student_charts(student_report(student))
    assert engagement.figure["data"][0]["y"] == [pytest.approx(0.4)]
    assert [trace["name"] for trace in presence.figure["data"]] == ["Coverage", "Attendance"]
    for chart in (engagement, presence):
        go.Figure(chart.figure)


@pytest.mark.finding(22)
def test_nothing_is_filled_where_nobody_was_connected() -> None:
    """305 of 335 stretches had no data, and an area over all of them showed 100 %."""
    session = make_session(state="ended")
    participant = make_participant(session)
    for start, end in ((0, 60), (540, 600)):
        add_stay(participant, start, end)
        add_samples(participant, range(start, end), "happy", 0.5)
    report = session_report(session)
    blank = [index for index, bucket in enumerate(report.buckets) if not bucket.expected]
    assert len(blank) > len(report.buckets) / 2
    for chart in session_charts(report):
        for trace in chart.figure["data"]:
            assert "fill" not in trace
            assert "stackgroup" not in trace
            if trace["type"] in ("bar", "scatter") and len(trace["x"]) == len(report.buckets):
                assert {trace["y"][index] for index in blank} == {None}
