"""Engagement: the published weights, their expectation, and smoothing over time."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.engagement import (
    ENGAGED_AT,
    MAX_GAP_S,
    TIME_CONSTANT_S,
    WEIGHTS,
    EngagementTrack,
    concentration_index,
    engagement,
    smooth,
)
from inference.labels import EMOTIONS

UNITS = st.floats(0, 1)
SECONDS = st.floats(0, 60)


def certain(emotion: str) -> list[float]:
    return [float(name == emotion) for name in EMOTIONS]


@st.composite
def probabilities(draw: st.DrawFn) -> list[float]:
    parts = draw(st.lists(st.floats(0.001, 1), min_size=7, max_size=7))
    return [part / sum(parts) for part in parts]


def test_the_weights_are_the_papers() -> None:
    assert WEIGHTS == {
        "neutral": 0.9,
        "happy": 0.6,
        "surprise": 0.6,
        "sad": 0.3,
        "fear": 0.3,
        "angry": 0.25,
        "disgust": 0.2,
    }


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_a_certain_emotion_has_its_own_weight(emotion: str) -> None:
    assert concentration_index(certain(emotion)) == pytest.approx(WEIGHTS[emotion])
    assert engagement(certain(emotion)) == pytest.approx((WEIGHTS[emotion] - 0.2) / 0.7)


def test_the_threshold_parts_the_emotions() -> None:
    engaged = {name for name in EMOTIONS if engagement(certain(name)) >= ENGAGED_AT}
    assert engaged == {"neutral", "happy", "surprise"}


@given(probabilities())
def test_index_and_engagement_keep_their_bounds(p: list[float]) -> None:
    assert 0.2 - 1e-9 <= concentration_index(p) <= 0.9 + 1e-9
    assert 0 <= engagement(p) <= 1


@given(probabilities(), UNITS, UNITS)
def test_more_neutral_is_never_less_engaged(p: list[float], a: float, b: float) -> None:
    less, more = sorted((a, b))
    neutral = certain("neutral")

    def mixed(share: float) -> list[float]:
        return [share * n + (1 - share) * v for n, v in zip(neutral, p, strict=True)]

    assert engagement(mixed(less)) <= engagement(mixed(more)) + 1e-9


@given(probabilities(), probabilities(), UNITS)
def test_the_index_of_a_mixture_is_the_mixture_of_the_indices(
    p: list[float], q: list[float], share: float
) -> None:
    mixed = [share * a + (1 - share) * b for a, b in zip(p, q, strict=True)]
    wanted = share * concentration_index(p) + (1 - share) * concentration_index(q)
    assert concentration_index(mixed) == pytest.approx(wanted)


def test_emotions_of_equal_weight_can_be_exchanged() -> None:
    p = [0.1, 0.1, 0.05, 0.3, 0.2, 0.15, 0.1]
    q = [0.1, 0.1, 0.15, 0.1, 0.2, 0.05, 0.3]
    assert concentration_index(p) == pytest.approx(concentration_index(q))


@pytest.mark.parametrize(
    "p",
    [
        [],
        [1.0],
        [1 / 8] * 8,
        [0.5] * 7,
        [0.0] * 7,
        [math.nan, 1, 0, 0, 0, 0, 0],
        [math.inf, 0, 0, 0, 0, 0, 0],
        [-0.5, 1.5, 0, 0, 0, 0, 0],
    ],
)
def test_what_is_no_distribution_is_refused_and_quoted(p: list[float]) -> None:
    for function in (concentration_index, engagement):
        with pytest.raises(ValueError, match="7 probabilities") as caught:
            function(p)
        assert str(p) in str(caught.value)


@given(UNITS, UNITS, SECONDS)
def test_smoothing_stays_between_old_and_new(old: float, new: float, seconds: float) -> None:
    assert min(old, new) - 1e-9 <= smooth(old, new, seconds) <= max(old, new) + 1e-9


@given(UNITS, UNITS, SECONDS, st.integers(1, 50))
def test_smoothing_does_not_depend_on_the_frame_rate(
    old: float, new: float, seconds: float, steps: int
) -> None:
    value = old
    for _ in range(steps):
        value = smooth(value, new, seconds / steps)
    assert value == pytest.approx(smooth(old, new, seconds), abs=1e-9)


@given(UNITS, UNITS, SECONDS, SECONDS)
def test_more_time_brings_it_nearer(old: float, new: float, a: float, b: float) -> None:
    near, far = smooth(old, new, max(a, b)), smooth(old, new, min(a, b))
    assert abs(new - near) <= abs(new - far) + 1e-9


def test_after_one_time_constant_63_percent_of_a_step_is_there() -> None:
    assert smooth(0, 1, TIME_CONSTANT_S) == pytest.approx(1 - 1 / math.e)
    assert smooth(0.4, 1, 0) == smooth(0.4, 1, -5) == 0.4


def test_a_track_starts_at_the_first_value_and_follows() -> None:
    track = EngagementTrack()
    assert track.update(100.0, 0.8) == 0.8
    assert track.update(101.0, 0.2) == pytest.approx(smooth(0.8, 0.2, 1.0))


def test_away_answers_nothing_and_changes_nothing() -> None:
    track, other = EngagementTrack(), EngagementTrack()
    assert track.update(0.0, None) is None
    for one in (track, other):
        one.update(0.0, 0.8)
    assert track.update(1.0, None) is None
    assert track.update(2.0, 0.1) == other.update(2.0, 0.1)


def test_after_a_long_gap_a_track_starts_afresh() -> None:
    track = EngagementTrack()
    track.update(0.0, 1.0)
    assert track.update(MAX_GAP_S, 0.0) == pytest.approx(smooth(1.0, 0.0, MAX_GAP_S))
    assert track.update(2 * MAX_GAP_S + 0.1, 0.5) == 0.5
