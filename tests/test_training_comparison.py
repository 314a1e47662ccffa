"""Two models on the same faces: the difference, its interval, and where they part."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from training.comparison import Outcomes, compare

emotions = st.integers(1, 200).flatmap(
    lambda count: st.tuples(
        *(arrays.arrays(np.int64, count, elements=st.integers(0, 6)) for _ in range(3))
    )
)


def sure(predicted: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.eye(len(EMOTIONS))[predicted]


@given(emotions)
def test_every_face_counts_once_and_the_interval_holds_the_difference(
    given: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> None:
    first, second, labels = given
    found = compare(sure(first), sure(second), labels)
    totals = {
        name: sum(getattr(outcome, name) for outcome in found.outcomes.values())
        for name in ("both", "first_alone", "second_alone", "neither")
    }
    assert sum(totals.values()) == len(labels)
    assert found.difference * len(labels) == pytest.approx(
        totals["second_alone"] - totals["first_alone"]
    )
    assert found.difference == pytest.approx((second == labels).mean() - (first == labels).mean())
    assert -1 <= found.low <= found.difference <= found.high <= 1


@given(emotions)
def test_the_other_way_round_it_is_the_other_way_round(
    given: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
) -> None:
    first, second, labels = given
    found = compare(sure(first), sure(second), labels)
    turned = compare(sure(second), sure(first), labels)
    assert turned.difference == pytest.approx(-found.difference)
    for emotion in EMOTIONS:
        assert turned.outcomes[emotion].first_alone == found.outcomes[emotion].second_alone


def test_faces_are_counted_by_their_own_emotion() -> None:
    labels = np.array([0, 0, 0, 0, 3])
    found = compare(sure(np.array([0, 0, 1, 1, 3])), sure(np.array([0, 1, 0, 1, 4])), labels)
    assert found.outcomes["angry"] == Outcomes(1, 1, 1, 1)
    assert found.outcomes["happy"] == Outcomes(0, 1, 0, 0)
    assert found.outcomes["sad"] == Outcomes(0, 0, 0, 0)


def test_the_interval_is_that_of_resampled_faces() -> None:
    rng = np.random.default_rng(5)
    labels = rng.integers(0, 7, 400)
    first, second = (np.where(rng.random(400) < p, labels, (labels + 1) % 7) for p in (0.6, 0.7))
    gains = (second == labels).astype(int) - (first == labels)
    drawn = gains[rng.integers(0, 400, (4000, 400))].mean(axis=1)
    found = compare(sure(first), sure(second), labels)
    np.testing.assert_allclose(
        (found.low, found.high), np.quantile(drawn, (0.025, 0.975)), atol=0.01
    )


def test_models_that_err_alike_are_told_apart_more_surely_than_others() -> None:
    """Paired: only faces on which the two part are uncertain."""
    labels = np.zeros(1000, np.int64)
    first = np.arange(1000) < 300
    alike = np.arange(1000) < 320
    other = np.arange(1000) >= 680
    widths = [
        compare(sure(1 - first.astype(int)), sure(1 - second.astype(int)), labels)
        for second in (alike, other)
    ]
    assert widths[0].difference == widths[1].difference == pytest.approx(0.02)
    assert widths[0].low > 0 > widths[1].low
