"""The seven emotions, in the one order that every array, column and file uses."""

from collections.abc import Sequence
from typing import Final

EMOTIONS: Final[tuple[str, ...]] = (
    "angry",
    "disgust",
    "fear",
    "happy",
    "neutral",
    "sad",
    "surprise",
)


def most_probable(shares: Sequence[float]) -> str:
    """The emotion with the largest of seven shares, the first of equals."""
    return EMOTIONS[max(range(len(EMOTIONS)), key=shares.__getitem__)]
