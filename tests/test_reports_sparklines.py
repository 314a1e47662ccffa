from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries, Settings

from sessions.reports.charts.sparklines import POINTS, sparkline, sparklines_for
from tests.factories import make_participant, make_session
from tests.known_session import add_samples, make_known_session


@pytest.mark.django_db
def test_lines_of_all_sessions_come_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    known, empty = make_known_session(), make_session()
    with django_assert_num_queries(1):
        lines = sparklines_for([known.session, empty])
    assert lines[empty.pk] == []
    line = lines[known.session.pk]
    assert 1 < len(line) <= POINTS
    # In the first points Ann has .4 and Bob .8 as often.
    assert line[0] == pytest.approx(0.6)
    assert line[-1] == pytest.approx(0.4)


@pytest.mark.django_db
def test_what_has_ended_is_not_asked_for_again(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    session = make_known_session().session
    first = sparklines_for([session])
    with django_assert_num_queries(0):
        assert sparklines_for([session]) == first


@pytest.mark.django_db
def test_a_long_session_is_squeezed_and_gaps_stay() -> None:
    start = timezone.now() - timedelta(minutes=60)
    session = make_session(state="live", started_at=start)
    participant = make_participant(session)
    add_samples(participant, range(0, 600, 5), "happy", 0.2)
    add_samples(participant, range(3000, 3600, 5), "happy", 0.8)
    line = sparklines_for([session])[session.pk]
    # Sixty minutes by whole minutes: three each.
    assert len(line) == 20 <= POINTS
    assert line[0] == pytest.approx(0.2)
    assert line[-1] == pytest.approx(0.8)
    assert None in line


@pytest.mark.django_db
def test_without_emotion_there_is_no_line(settings: Settings) -> None:
    settings.POLICY = "presence"
    session = make_known_session().session
    assert sparklines_for([session]) == {session.pk: []}


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=40))
def test_a_sparkline_is_an_svg_that_says_what_it_shows(values: list[float | None]) -> None:
    svg = ElementTree.fromstring(sparkline(values))
    assert svg.get("role") == "img"
    title = svg.find("title")
    assert title is not None
    assert title.text == svg.get("aria-label")
    known = any(value is not None for value in values)
    assert (title.text == "No engagement data") is not known


def test_the_tag_draws_a_sparkline() -> None:
    html = Template("{% load charts %}{% sparkline values %}").render(
        Context({"values": [0.2, None, 0.6]})
    )
    assert html.startswith("<svg")
    assert "mean 0.40, from 0.20 to 0.60" in html


def test_an_emotion_bar_has_the_width_of_each_share() -> None:
    html = Template("{% load charts %}{% emotion_bar shares %}").render(
        Context({"shares": (0, 0, 0, 0.75, 0.25, 0, 0)})
    )
    widths = [rect.get("width") for rect in ElementTree.fromstring(html)]
    assert widths == ["75.0", "25.0"]
