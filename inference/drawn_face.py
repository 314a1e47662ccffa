"""A drawn face, nobody's, which every detector finds: to measure with where no picture is."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]

WALL: Final = (170, 180, 175)
HAIR: Final = (40, 45, 60)
SKIN: Final = (150, 180, 225)
SHADE: Final = (115, 145, 195)
WHITE: Final = (245, 245, 245)
IRIS: Final = (50, 60, 70)
LIPS: Final = (85, 85, 170)
WHOLE: Final = (0, 360)
UPPER: Final = (180, 360)
LOWER: Final = (0, 180)


def drawn_face(width: int = 320, height: int = 240, side: int = 110) -> NDArray[np.uint8]:
    """A (height, width, 3) BGR picture with one smiling face in its middle, `side` pixels high."""
    picture = np.full((height, width, 3), WALL, np.uint8)
    unit = side / 110

    def oval(
        x: float, y: float, w: float, h: float, colour: Colour, arc: tuple[int, int] = WHOLE
    ) -> None:
        centre = (round(width / 2 + x * unit), round(height / 2 + y * unit))
        axes = (max(1, round(w * unit)), max(1, round(h * unit)))
        cv2.ellipse(picture, centre, axes, 0, *arc, colour, cv2.FILLED, cv2.LINE_AA)

    oval(0, -12, 50, 62, HAIR)
    oval(0, 0, 42, 56, SKIN)
    oval(0, -46, 40, 20, HAIR, UPPER)
    for eye in (-18, 18):
        oval(eye, -10, 9, 5, WHITE)
        oval(eye, -10, 4.5, 4.5, IRIS)
        oval(eye, -20, 12, 4, HAIR, UPPER)
    oval(-2, 4, 3, 10, SHADE)
    oval(0, 14, 8, 4, SHADE)
    oval(0, 28, 17, 7, LIPS, LOWER)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.2 * unit), np.uint8)
