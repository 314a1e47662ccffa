"""The real face of the tests turned aside: its photograph on a rounded head, seen from the side."""

import math
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from tests.real_faces import FACE, VIDEO_FPS, VIDEO_SIZE, Picture, photograph

HALF_WIDTH: Final = 58
HALF_HEIGHT: Final = 86
NOSE: Final = 14
"""Pixels of the photograph: the head is an ellipsoid with a nose."""
CUT: Final = (slice(0, 300), slice(60, 400))
"""Rows and columns of the photograph that the camera shows."""


@cache
def turned(degrees: float) -> Picture:
    """The photograph's head turned to the right of the picture, (512, 512, 3) BGR."""
    taken, result = photograph(), photograph().copy()
    cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    for row in range(len(taken)):
        height = (row - FACE[1]) / HALF_HEIGHT
        if abs(height) >= 1:
            continue
        reach = HALF_WIDTH * math.sqrt(1 - height**2)
        x = np.linspace(-reach, reach, 400)
        depth = HALF_WIDTH * np.sqrt(np.maximum(0, 1 - height**2 - (x / HALF_WIDTH) ** 2))
        depth += NOSE * np.exp(-((x / 9) ** 2) - ((row - FACE[1] - 6) / 16) ** 2)
        shown = np.maximum.accumulate(x * cosine + depth * sine)
        # What lies behind the edge of the head is not seen.
        seen = np.r_[True, np.diff(shown) > 1e-9]
        columns = np.arange(
            math.ceil(FACE[0] + shown[seen][0]), math.floor(FACE[0] + shown[seen][-1]) + 1
        )
        source = np.interp(columns - FACE[0], shown[seen], x[seen]) + FACE[0]
        across, down = source[None].astype(np.float32), np.full((1, len(source)), row, np.float32)
        result[row, columns] = cv2.remap(taken, across, down, cv2.INTER_LINEAR)[0]
    return result


def write_turning_video(path: Path, facing_s: float, turned_s: float) -> Path:
    """Somebody who faces the camera, then turns away. Raises OSError if it cannot be written."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), VIDEO_FPS, VIDEO_SIZE)
    for degrees, seconds in ((0.0, facing_s), (60.0, turned_s)):
        picture = cv2.resize(turned(degrees)[CUT], VIDEO_SIZE)
        for _ in range(round(seconds * VIDEO_FPS)):
            writer.write(picture)
    writer.release()
    if not path.exists() or not path.stat().st_size:
        raise OSError(f"OpenCV cannot write {path}")
    return path
