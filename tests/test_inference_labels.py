"""The seven emotions and the choice among them."""

import pytest

from inference.labels import EMOTIONS, most_probable


@pytest.mark.parametrize("index", range(len(EMOTIONS)))
def test_the_most_probable_emotion_has_the_largest_share(index: int) -> None:
    shares = [0.1] * len(EMOTIONS)
    shares[index] = 0.4
    assert most_probable(shares) == EMOTIONS[index]


def test_of_equal_shares_the_first_is_taken() -> None:
    assert most_probable([0.1, 0.3, 0.3, 0.1, 0.1, 0.1, 0.0]) == EMOTIONS[1]
