"""How wide the stretches of a class are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.reports.buckets import WIDTHS_S, width_for


@pytest.mark.parametrize(
    ("length_s", "least_s", "width"),
    [
        (0, 1, 1), (600, 1, 1), (601, 1, 2), (3000, 1, 5), (60, 0.2, 1), (60, 4, 5), (60, 16, 30),
        (10**9, 60, 3600), (60, 10**6, 3600),
    ],
)  # fmt: skip
def test_stretches_are_neither_empty_nor_too_many(
    length_s: float, least_s: float, width: int
) -> None:
    assert width_for(length_s, least_s, 600) == width


@given(st.floats(0, 10**6), st.floats(0.1, 3600), st.integers(1, 1000))
def test_no_narrower_width_would_do(length_s: float, least_s: float, most: int) -> None:
    width = width_for(length_s, least_s, most)
    assert width in WIDTHS_S
    for narrower in (other for other in WIDTHS_S if other < width):
        assert narrower < least_s or length_s > narrower * most
