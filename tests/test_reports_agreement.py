"""Whether estimate and answers agree: known cases, properties, and what the pages say."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from sessions.models import Answer, CheckIn, ClassSession
from sessions.reports.agreement import Agreement, Pair, _spearman, agreement_of, session_agreement
from sessions.reports.session import session_report
from sessions.reports.window import whole
from tests.factories import make_participant, make_sample, make_session

STUDENTS = 8


def pairs(*values: tuple[int, int, float]) -> list[Pair]:
    return [Pair(("student", who), value, engagement) for who, value, engagement in values]


def test_answers_that_follow_the_estimate_agree() -> None:
    found = agreement_of(pairs(*((who, 1 + who % 5, (who % 5) / 5) for who in range(20))))
    assert found.correlation == pytest.approx(1)
    assert found.low == pytest.approx(1)
    assert not found.is_doubted


def test_answers_that_run_against_it_do_not() -> None:
    found = agreement_of(pairs(*((who, 5 - who % 5, (who % 5) / 5) for who in range(20))))
    assert found.correlation == pytest.approx(-1)
    assert found.is_doubted


def test_chance_is_doubted() -> None:
    rng = np.random.default_rng(3)
    found = agreement_of(
        pairs(*((who, int(rng.integers(1, 6)), float(rng.random())) for who in range(40)))
    )
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0 < found.high
    assert found.is_doubted


def test_one_students_many_answers_are_not_many_students() -> None:
    """The same answers by one student each leave less doubt than by five students."""
    rng = np.random.default_rng(5)
    values = [(int(value), value / 5 + rng.normal(0, 0.4)) for value in rng.integers(1, 6, 60)]
    alone = agreement_of(pairs(*((who, *one) for who, one in enumerate(values))))
    shared = agreement_of(pairs(*((who % 5, *one) for who, one in enumerate(values))))
    assert alone.correlation == shared.correlation
    assert (alone.students, shared.students) == (60, 5)


@pytest.mark.parametrize(
    "few",
    [
        [],
        [(who, who, 0.1 * who) for who in range(1, 6)],
        [(1, value, 0.1 * value) for value in (1, 2, 3, 4, 5) * 4],
    ],
)
def test_of_too_few_nothing_is_said(few: list[tuple[int, int, float]]) -> None:
    found = agreement_of(pairs(*few))
    assert not found.is_known
    assert not found.is_doubted


def test_where_all_say_the_same_nothing_is_said() -> None:
    assert not agreement_of(pairs(*((who, 4, who / 20) for who in range(20)))).is_known


@given(st.lists(st.tuples(st.integers(1, 5), st.floats(0, 1)), min_size=2, max_size=30))
def test_a_correlation_is_one_by_definition_and_blind_to_the_scale(
    values: list[tuple[int, float]],
) -> None:
    rows = np.array(values, float)
    found = _spearman(rows)
    assert found is None or -1 - 1e-9 <= found <= 1 + 1e-9
    doubled = _spearman(rows * [2, 1] + [3, 0])
    assert found == pytest.approx(doubled) if found is not None else doubled is None


@settings(max_examples=5)
@given(st.permutations(list(range(12))))
def test_the_order_of_the_answers_changes_nothing(order: list[int]) -> None:
    values = [(who, 1 + (who * 7) % 5, (who * 5 % 12) / 12) for who in range(12)]
    assert agreement_of(pairs(*(values[one] for one in order))) == agreement_of(pairs(*values))


# In a session ------------------------------------------------------------------------------------


def asked(session: ClassSession, *, follows: bool) -> None:
    """Two questions; before each everybody has had a known engagement for a minute."""
    people = [make_participant(session) for _ in range(STUDENTS)]
    for place, (second, person) in enumerate(product((120, 300), people)):
        check_in, _ = CheckIn.objects.get_or_create(
            session=session, second=second, question="Clear?"
        )
        value = 1 + place % 5
        level = value / 5 if follows else 1 - value / 5
        for at in range(second - 50, second, 10):
            make_sample(person, at, engagement=level)
        make_sample(person, second - 100, engagement=1 - level)
        Answer.objects.create(check_in=check_in, participant=person, value=value, second=second)


@pytest.mark.django_db
class TestInASession:
    @pytest.fixture
    def session(self) -> ClassSession:
        return make_session(state="ended")

    def test_the_minute_before_the_answer_counts(self, session: ClassSession) -> None:
        asked(session, follows=True)
        found = session_agreement(session.pk, whole(600))
        assert (found.answers, found.students) == (2 * STUDENTS, STUDENTS)
        assert found.correlation == pytest.approx(1)

    def test_an_answer_without_an_estimate_is_left_out(self, session: ClassSession) -> None:
        check_in = CheckIn.objects.create(session=session, second=60, question="Clear?")
        person = make_participant(session)
        Answer.objects.create(check_in=check_in, participant=person, value=3, second=60)
        assert session_agreement(session.pk, whole(600)) == Agreement(0, 0)

    def test_the_report_says_so_and_greys_what_is_doubted(
        self, session: ClassSession, client: Client
    ) -> None:
        client.force_login(session.course.owner)
        address = reverse("session_report", args=[session.pk])
        asked(session, follows=False)
        page = client.get(address).content.decode()
        assert "The model does not agree with your students" in page
        assert 'class="doubted"' in page
        course = client.get(session.course.get_absolute_url()).content.decode()
        assert "Over the whole course: The model does not agree" in course

    def test_agreement_is_told_without_grey(self, session: ClassSession, client: Client) -> None:
        client.force_login(session.course.owner)
        asked(session, follows=True)
        page = client.get(reverse("session_report", args=[session.pk])).content.decode()
        assert "The estimate goes with what your students say" in page
        assert 'class="doubted"' not in page

    def test_nothing_is_compared_under_the_presence_policy(
        self, session: ClassSession, settings: Settings
    ) -> None:
        settings.POLICY = "presence"
        assert session_report(session).agreement is None
