"""The concentration index, and a label of seconds that does not flicker."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.expression import LABEL_S, MIXED, WEIGHTS, LabelTrack, concentration_index
from inference.labels import EMOTIONS

UNITS = st.floats(0, 1)


def certain(emotion: str, rest: float = 0.0) -> tuple[float, ...]:
    """One emotion, and so much for all others together."""
    return tuple(1 - rest if name == emotion else rest / 6 for name in EMOTIONS)


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


@given(probabilities())
def test_the_index_keeps_its_bounds(p: list[float]) -> None:
    assert 0.2 - 1e-9 <= concentration_index(p) <= 0.9 + 1e-9


@given(probabilities(), st.integers(0, 6), st.integers(0, 6), UNITS)
def test_it_grows_as_probability_moves_to_an_emotion_of_more_weight(
    p: list[float], one: int, other: int, share: float
) -> None:
    moved = list(p)
    moved[one] -= share * p[one]
    moved[other] += share * p[one]
    gain = WEIGHTS[EMOTIONS[other]] - WEIGHTS[EMOTIONS[one]]
    change = concentration_index(moved) - concentration_index(p)
    assert change == pytest.approx(gain * share * p[one], abs=1e-9)


@pytest.mark.parametrize(
    "wrong", [[], [1.0], [0.5] * 7, [math.nan] + [0.0] * 6, [1.5, -0.5, 0, 0, 0, 0, 0]]
)
def test_anything_but_seven_probabilities_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="7 probabilities"):
        concentration_index(wrong)


def test_a_label_needs_seconds_to_change() -> None:
    track = LabelTrack()
    for second in range(8):
        assert track.update(second, certain("neutral", 0.3)) == "neutral"
    assert track.update(8, certain("fear", 0.3)) == "neutral", "one frame is no fear"
    labels = [track.update(9 + second, certain("happy", 0.2)) for second in range(8)]
    assert labels[-1] == "happy"
    assert sum(one != other for one, other in itertools.pairwise(labels)) <= 2


def test_where_nothing_leads_it_is_mixed() -> None:
    assert LabelTrack().update(0, (1 / 7,) * 7) == MIXED
    torn = tuple(0.45 if name in ("happy", "surprise") else 0.02 for name in EMOTIONS)
    assert LabelTrack().update(0, torn) == MIXED


def test_nothing_is_claimed_once_nothing_was_seen_for_long() -> None:
    track = LabelTrack()
    assert track.update(0, None) is None
    track.update(1, certain("sad"))
    assert track.update(2, None) == "sad"
    assert track.update(1 + LABEL_S, None) is None


def test_two_emotions_in_turn_change_the_label_less_than_the_frames() -> None:
    track = LabelTrack()
    frames = ["happy" if second % 3 else "fear" for second in range(60)]
    labels = [track.update(at, certain(name, 0.2)) for at, name in enumerate(frames)]
    changes = sum(one != other for one, other in itertools.pairwise(labels))
    assert changes <= 3
