"""Where a head points, from five landmarks of the face.

Perspective-n-Point with a generic head: five points in space are turned and moved until they
appear where the landmarks are. A single frame is 4 to 7 degrees off, for heads differ and
landmarks move by a pixel or two: use it over seconds, and against the same head's own median.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection import Point

HEAD: Final = np.array(
    [
        (-31.5, -33.0, 28.0),  # the right eye, which is at the left of the picture
        (31.5, -33.0, 28.0),
        (0.0, 0.0, 0.0),  # the tip of the nose
        (-25.0, 30.0, 25.0),  # the right corner of the mouth
        (25.0, 30.0, 25.0),
    ],
    np.float64,
)
"""Millimetres of an average adult: to the right of the picture, down, away from the camera."""
FAR_MM: Final = 600.0
"""Where the search begins: a head at a desk, facing the camera."""
LEAST_SIZE: Final = 6.0
"""Pixels between the eyes and the mouth at least, or a pixel's error turns the head too far."""
WORST_FIT: Final = 0.2
"""Of the landmarks' own spread: a head that fits them worse is none."""
FURTHEST: Final = 100.0
"""Degrees: no face is seen from behind."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees. yaw: positive to the right of the picture. pitch: positive down."""

    yaw: float
    pitch: float


def head_pose(landmarks: Sequence[Point] | None, width: int, height: int) -> Pose | None:
    """Where the head points; None where it cannot be told.

    landmarks: right eye, left eye, nose, right and left corner of the mouth, in pixels, as
    inference.detection.Face has them. width, height: of the picture. The focal length is taken
    to be its longer side, which is a field of view of 53 degrees.
    """
    if landmarks is None or len(landmarks) != len(HEAD) or min(width, height) <= 0:
        return None
    points = np.asarray(landmarks, np.float64)
    if not (np.abs(points) < 4 * max(width, height)).all():
        return None  # nowhere near the picture, or no number
    spread = _spread(points)
    if spread < LEAST_SIZE:
        return None
    focal = float(max(width, height))
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
    start = np.array([(points[2, 0] - width / 2), (points[2, 1] - height / 2), focal])
    try:
        found, turned, moved = cv2.solvePnP(
            HEAD,
            points,
            camera,
            None,
            rvec=np.zeros((3, 1)),
            tvec=(start * FAR_MM / focal).reshape(3, 1),
            useExtrinsicGuess=True,
            flags=cv2.SOLVEPNP_ITERATIVE,
        )
        shown, _ = cv2.projectPoints(HEAD, turned, moved, camera, None)
    except cv2.error:
        return None
    off = float(np.abs(shown.reshape(-1, 2) - points).mean())
    if not found or float(moved[2, 0]) <= 0 or not off <= WORST_FIT * spread:
        return None
    return _pose(np.asarray(turned, np.float64))


def _spread(points: NDArray[np.float64]) -> float:
    """The mean distance of the landmarks from their middle, pixels."""
    return float(np.linalg.norm(points - points.mean(axis=0), axis=1).mean())


def _pose(turned: NDArray[np.float64]) -> Pose | None:
    x, y, z = cv2.Rodrigues(turned)[0] @ np.array([0.0, 0.0, -1.0])
    yaw, pitch = math.degrees(math.atan2(x, -z)), math.degrees(math.asin(min(1.0, max(-1.0, y))))
    if not abs(yaw) <= FURTHEST:
        return None
    return Pose(yaw, pitch)
