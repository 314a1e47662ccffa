"""A real face for tests on any machine: one photograph, warped into pictures and a video.

The photograph is NASA's of the astronaut Eileen Collins, in the public domain; it comes inside
the package scikit-image. Both detectors find the face; the shipped models call it happy as it
is (.97) and sad once its mouth is closed and drawn down (.8 to .9).
"""

from functools import cache
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

WALL: Final = (196, 190, 186)
FACE: Final = (224.0, 118.0)
"""The middle of the face in the photograph, in pixels of its 512 x 512."""

MOUTH: Final = (224.5, 147.7)
LIPS: Final = (4.7, 5.0)
"""Pixels that the upper and the lower lip move to close the mouth."""

PULLS: Final = (
    (205.0, 141.0, 1.3, 13.0, 9.9),  # the corners of the mouth
    (244.3, 141.0, -1.3, 13.0, 9.9),
    (224.0, 144.0, 0.0, -5.9, 9.9),  # its middle
    (213.0, 91.0, 0.0, -7.0, 6.0),  # the inner ends of the brows
    (239.0, 93.0, 0.0, -7.0, 6.0),
)
"""What is sad: x, y, how far it moves right and down, and how far around it the face follows."""

VIDEO_SIZE: Final = (640, 480)
VIDEO_FPS: Final = 15
VIDEO_S: Final = 18.0
AWAY_S: Final = (4.5, 6.0)
"""Seconds of the video in which nobody is in the picture, not even in part."""

HAPPY_FROM_S: Final = 7.5

GROUP_SIZE: Final = (1000, 667)
GROUP: Final = (
    # The middle of each face, its size against the photograph's, degrees, sadness, light, mirrored.
    (150.0, 170.0, 1.00, -5.0, 0.0, 0.90, False),
    (430.0, 150.0, 1.10, 4.0, 0.9, 1.00, True),
    (820.0, 180.0, 1.55, 2.0, 0.3, 1.05, False),
    (250.0, 480.0, 1.25, 5.0, 0.6, 0.80, False),
    (560.0, 450.0, 1.35, -3.0, 0.0, 1.10, True),
)


@cache
def photograph(sadness: float = 0.0) -> Picture:
    """The photograph, (512, 512, 3) BGR: as taken at 0, with a sad mouth and brows at 1."""
    taken = cv2.cvtColor(skimage.data.astronaut(), cv2.COLOR_RGB2BGR)
    if not sadness:
        return np.asarray(taken, np.uint8)
    y, x = np.mgrid[:512, :512].astype(np.float32)
    closed = _moved(taken, x, y + sadness * _lips(x, y))
    right, down = np.zeros_like(x), np.zeros_like(y)
    for at_x, at_y, by_x, by_y, width in PULLS:
        near = np.exp(-((x - at_x) ** 2 + (y - at_y) ** 2) / (2 * width**2))
        right += sadness * by_x * near
        down += sadness * by_y * near
    return _moved(closed, x - right, y - down)


def _lips(x: Any, y: Any) -> Any:
    """How far down each pixel's new content lies: lips close over the teeth, along the smile."""
    off = y - (MOUTH[1] - 0.018 * (x - MOUTH[0]) ** 2)
    near = np.exp(-(((x - MOUTH[0]) / 23.2) ** 4) - (off / 4.0) ** 2)
    return np.where(off < 0, -LIPS[0], LIPS[1]) * near


def _moved(picture: Any, x: Any, y: Any) -> Picture:
    return np.asarray(
        cv2.remap(picture, x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC), np.uint8
    )


def face_picture() -> Picture:
    """One face, (240, 320, 3), as a student's browser sends it."""
    return _video_frame(0.0, (320, 240))


def group_picture() -> Picture:
    """Five faces of five sizes, (667, 1000, 3); the largest is at the right."""
    picture = np.full((GROUP_SIZE[1], GROUP_SIZE[0], 3), WALL, np.float32)
    for x, y, scale, degrees, sadness, light, mirrored in GROUP:
        head, mask = photograph(sadness), _head()
        if mirrored:
            head, mask = cv2.flip(head, 1), cv2.flip(mask, 1)
        middle = (512 - FACE[0] if mirrored else FACE[0], FACE[1])
        matrix = cv2.getRotationMatrix2D(middle, degrees, scale)
        matrix[:, 2] += (x - middle[0], y - middle[1])
        placed = cv2.warpAffine(head, matrix, GROUP_SIZE) * light
        share = cv2.warpAffine(mask, matrix, GROUP_SIZE)[..., None]
        picture += share * (placed - picture)
    return np.clip(picture, 0, 255).astype(np.uint8)


def _head() -> NDArray[np.float32]:
    """How much of each pixel of the photograph is head: (512, 512), 1 inside, soft at the edge."""
    mask = np.zeros((512, 512), np.float32)
    cv2.ellipse(mask, (226, 112), (78, 100), 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 8), np.float32)


def write_video(path: Path) -> Path:
    """Write VIDEO_S seconds of somebody who is sad, goes away, comes back and is happy.

    The face moves and turns all the time. path ends with .mp4 or another suffix that OpenCV
    writes. Raises OSError if it cannot.
    """
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), VIDEO_FPS, VIDEO_SIZE)
    for number in range(int(VIDEO_S * VIDEO_FPS)):
        writer.write(_video_frame(number / VIDEO_FPS, VIDEO_SIZE))
    writer.release()
    if not path.exists() or not path.stat().st_size:
        raise OSError(f"OpenCV cannot write {path}")
    return path


def _video_frame(at_s: float, size: tuple[int, int]) -> Picture:
    """The video's picture at this second, (height, width, 3)."""
    width, height = size
    sway = np.sin(2 * np.pi * at_s / 5.0)
    nod = np.sin(2 * np.pi * at_s / 3.7)
    # A tenth of a step, so that few photographs are bent.
    sadness = round(float(np.interp(at_s, (HAPPY_FROM_S - 1, HAPPY_FROM_S), (1, 0))), 1)
    leaving, coming = AWAY_S[0] - 0.5, AWAY_S[1] + 0.5
    away = float(np.interp(at_s, (leaving, *AWAY_S, coming), (0, 1, 1, 0)))
    scale = height / 300 * (1 + 0.06 * nod)
    matrix = np.vstack([cv2.getRotationMatrix2D(FACE, 5 * sway, scale), (0, 0, 1)])
    matrix[0, 2] += width / 2 - FACE[0] + 0.06 * width * sway + 1.4 * width * away
    matrix[1, 2] += 0.42 * height - FACE[1] + 0.03 * height * nod
    # Turning to the side and back: what is farther from the camera is smaller.
    turn = np.eye(3)
    turn[2, 0] = 2e-4 * nod
    turn[2, 2] = 1 - turn[2, 0] * FACE[0]
    return np.asarray(
        cv2.warpPerspective(photograph(sadness), matrix @ turn, size, borderValue=WALL), np.uint8
    )
