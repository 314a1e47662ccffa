import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.reports.intervals import LEAST, of_difference, of_mean, of_share

shares = st.lists(st.floats(0, 1), min_size=LEAST, max_size=40)


@given(shares)
def test_an_interval_holds_its_mean_and_stays_within_the_values(values: list[float]) -> None:
    found = of_mean(values)
    assert found is not None
    assert found.value == pytest.approx(np.mean(values))
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert found == of_mean(values)
    assert found.n == len(values)


def test_of_few_students_nothing_is_said() -> None:
    assert of_mean([0.5] * (LEAST - 1)) is None
    assert of_difference([0.5] * (LEAST - 1), [0.5] * 10) is None
    assert of_share(0, 0) is None


def test_more_students_make_it_narrower() -> None:
    rng = np.random.default_rng(1)
    widths = []
    for count in (10, 100, 1000):
        found = of_mean(list(rng.normal(0.5, 0.1, count)))
        assert found is not None
        widths.append(found.high - found.low)
    # Of a normal distribution it is 2 x 1.96 deviations over the root of the count.
    for count, width in zip((100, 1000), widths[1:], strict=True):
        assert width == pytest.approx(0.392 / count**0.5, rel=0.15)
    assert widths == sorted(widths, reverse=True)


def test_a_difference_is_clear_where_the_groups_are_apart() -> None:
    rng = np.random.default_rng(2)
    low, high = (list(rng.normal(mean, 0.05, 20)) for mean in (0.4, 0.6))
    found = of_difference(low, high)
    assert found is not None
    assert found.is_clear
    assert found.value == pytest.approx(np.mean(high) - np.mean(low))
    same = of_difference(low, low)
    assert same is not None
    assert not same.is_clear


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0)],
)
def test_a_share_has_wilsons_interval(count: int, of: int, low: float, high: float) -> None:
    found = of_share(count, of)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-4)
