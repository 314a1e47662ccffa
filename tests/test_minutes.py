"""Minutes: what is added as samples arrive is what a pass over all samples gives."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inference.labels import EMOTIONS
from sessions import minutes
from sessions.models import Minute, Sample
from sessions.querysets.minutes import KEY, SUMMED
from tests.factories import make_participant, make_sample, make_session

pytestmark = pytest.mark.django_db

Row = tuple[str | float, ...]


def rows() -> list[Row]:
    return sorted(Minute.objects.values_list(*KEY, *SUMMED))


def assert_same(some: Sequence[Row], others: Sequence[Row]) -> None:
    assert [row[: len(KEY)] for row in some] == [row[: len(KEY)] for row in others]
    for one, other in zip(some, others, strict=True):
        assert one[len(KEY) :] == pytest.approx(other[len(KEY) :])


class WhateverArrives(TestCase):
    @given(
        st.lists(
            st.tuples(
                st.integers(0, 400),
                st.sampled_from(("", *EMOTIONS)),
                st.none() | st.floats(0, 1),
                st.none() | st.floats(0, 1),
                st.sampled_from((None, "yunet", "haar")),
            ),
            max_size=40,
        )
    )
    def test_adding_gives_what_rebuilding_gives(
        self, given_samples: list[tuple[int, str, float | None, float | None, str | None]]
    ) -> None:
        session = make_session()
        people = [make_participant(session) for _ in range(2)]
        for number, (second, emotion, engagement, facing, detector) in enumerate(given_samples):
            make_sample(
                people[number % 2],
                second,
                emotion,
                engagement=engagement,
                facing=facing,
                detector=detector,
            )
        added = rows()
        minutes.rebuild(session.pk)
        assert_same(rows(), added)
        assert sum(row[len(KEY)] for row in added) == len(given_samples)  # type: ignore[misc]


def test_a_minute_is_one_row_for_each_model_that_saw_it() -> None:
    participant = make_participant()
    for second in (59, 60, 61, 119):
        make_sample(participant, second)
    Sample.objects.filter(second=119).update(model_name="another")
    minutes.rebuild(participant.session_id)
    found = Minute.objects.order_by("second", "model_name").values_list(
        "second", "model_name", "samples", "happy_count"
    )
    assert list(found) == [(0, "compact", 1, 1), (60, "another", 1, 1), (60, "compact", 2, 2)]


def test_a_cut_minute_is_two_rows() -> None:
    participant = make_participant()
    for second in (60, 89, 90, 100, 119, 120):
        make_sample(participant, second)
    minutes.rebuild(participant.session_id, cuts=[90, 100, 60, 300])
    found = Minute.objects.order_by("second").values_list("second", "samples")
    assert list(found) == [(60, 2), (90, 1), (100, 2), (120, 1)]


def test_rebuilding_leaves_other_sessions_alone() -> None:
    make_sample(make_participant(), 5)
    other = make_sample(make_participant(), 5)
    Sample.objects.all().delete()
    minutes.rebuild(other.session_id)
    assert not Minute.objects.filter(session=other.session_id).exists()
    assert Minute.objects.count() == 1
