"""Engagement by both definitions, its levels, and smoothing over time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.engagement import (
    ENGAGED_FROM,
    HYSTERESIS,
    INDEX_1_ENGAGED,
    TIME_CONSTANT_S,
    VERY_ABOVE,
    combined,
    level_of,
    next_level,
    smooth,
    stretched,
)
from inference.expression import WEIGHTS

INDICES = st.floats(0.2, 0.9)
UNITS = st.floats(0, 1)
SECONDS = st.floats(0, 60)
UNIFORM = sum(WEIGHTS.values()) / 7


def test_the_papers_examples() -> None:
    assert combined(WEIGHTS["happy"], 1.0) == pytest.approx(0.67, abs=0.005)
    assert combined(WEIGHTS["neutral"], 1.0) == pytest.approx(1.0)
    assert stretched(WEIGHTS["disgust"]) == 0
    assert stretched(WEIGHTS["neutral"]) == 1


def test_a_clearly_engaged_face_reaches_the_top_and_a_beaming_one_is_very_engaged() -> None:
    assert level_of(combined(WEIGHTS["neutral"], 1.0)) == "very"
    assert level_of(combined(WEIGHTS["happy"], 1.0)) == "very"
    assert level_of(combined(WEIGHTS["sad"], 1.0)) == "engaged"
    assert level_of(combined(WEIGHTS["neutral"], 0.2)) == "not"


@given(UNITS)
def test_a_uniform_guess_is_never_very_engaged(facing: float) -> None:
    assert level_of(combined(UNIFORM, facing)) != "very"


@given(INDICES, INDICES, UNITS, UNITS)
def test_it_is_a_share_and_grows_with_each_part(
    one: float, more: float, facing: float, longer: float
) -> None:
    low, high = sorted((one, more))
    little, much = sorted((facing, longer))
    assert 0 <= combined(low, little) <= combined(high, little) <= 1
    assert combined(low, little) <= combined(low, much)
    assert 0 <= stretched(low) <= stretched(high) <= 1


def test_by_index_1_the_threshold_parts_the_emotions() -> None:
    engaged = {name for name, weight in WEIGHTS.items() if stretched(weight) >= INDEX_1_ENGAGED}
    assert engaged == {"neutral", "happy", "surprise"}


def test_the_levels_begin_where_the_paper_has_them() -> None:
    assert level_of(VERY_ABOVE) == "engaged"
    assert level_of(VERY_ABOVE + 1e-6) == "very"
    assert level_of(ENGAGED_FROM) == "engaged"
    assert level_of(ENGAGED_FROM - 1e-6) == "not"


def test_a_level_is_left_only_past_the_hysteresis() -> None:
    assert next_level("very", VERY_ABOVE - HYSTERESIS + 0.01) == "very"
    assert next_level("very", VERY_ABOVE - HYSTERESIS - 0.01) == "engaged"
    assert next_level("engaged", ENGAGED_FROM - HYSTERESIS + 0.01) == "engaged"
    assert next_level("very", 0.1) == "not"
    assert next_level("not", 0.9) == "very"
    assert next_level(None, 0.5) == "engaged"


@given(st.lists(st.floats(-0.02, 0.02), max_size=50), st.sampled_from((VERY_ABOVE, ENGAGED_FROM)))
def test_a_level_does_not_flicker_around_its_threshold(noise: list[float], at: float) -> None:
    level, changes = next_level(None, at), 0
    for value in noise:
        after = next_level(level, at + value)
        changes += after != level
        level = after
    assert changes <= 1


@given(UNITS, UNITS, SECONDS)
def test_smoothing_stays_between_the_values(previous: float, value: float, seconds: float) -> None:
    low, high = min(previous, value), max(previous, value)
    assert low - 1e-9 <= smooth(previous, value, seconds) <= high + 1e-9


@given(UNITS, UNITS, SECONDS, SECONDS)
def test_two_steps_come_as_far_as_one(
    previous: float, value: float, one: float, other: float
) -> None:
    twice = smooth(smooth(previous, value, one), value, other)
    assert twice == pytest.approx(smooth(previous, value, one + other), abs=1e-9)


def test_after_the_time_constant_two_thirds_of_the_way_are_gone() -> None:
    assert smooth(0, 1, TIME_CONSTANT_S) == pytest.approx(0.632, abs=0.001)
    assert smooth(0.3, 1, 0) == 0.3
    assert smooth(0.3, 1, -5) == 0.3
