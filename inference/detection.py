"""Where the faces are in a picture.

Measured on 2026-11-21, one core, on 79 frames of a 320x180 video with a hand in the face and
on 300 FER2013 faces of 144 px in a 320x240 frame with blurred borders:

    YuNet, score 0.6                  100 %   95 %    4 ms
    Haar alt2, step 1.1, 3 neighbours 100 %   83 %   20 ms
    Haar alt2, step 1.2, 3 neighbours  91 %   77 %   15 ms

Haar alt2 on an equalised picture found fewer (94 % and 79 %) and took longer.

FER2013, which the models are trained on, frames a face more tightly or more widely than a
detector's box. crop_scale is the side of FER2013's frame over the longer side of the box:

- On the 300 FER2013 faces the ratio was 1.03 for Haar (quartiles 0.97 to 1.10) and 0.94 for
  YuNet (0.86 to 1.02), which there sees no hair or neck. The centres agree within 1 %.
- On two videos and a photograph, with the distance from eyes to mouth as the common measure,
  it was 1.01 to 1.02 for Haar and 0.87 to 0.93 for YuNet.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

MAX_SIDE: Final = 640
"""Pixels. A larger picture is searched on a smaller copy."""

USUAL: Final = (240, 320, 3)
"""Of most frames of a class."""

MIN_SIDE: Final = 20
"""Pixels. A picture narrower than this has no usable face in it, and Haar's window is 20."""

HAAR_STEP: Final = 1.1
HAAR_NEIGHBOURS: Final = 3
HAAR_MIN_FACE: Final = 30

Box = tuple[int, int, int, int]
Point = tuple[float, float]


class DetectorError(ValueError):
    """A detector's file that cannot be used; the message names it."""


@dataclass(frozen=True, slots=True)
class Face:
    """box: x, y, w, h in pixels of the picture; it may reach beyond the border.

    score: the detector's confidence, 0 to 1; Haar has none and says 1. landmarks: x, y of the
    right and the left eye (the person's, so the right one is at the left of the picture), the tip
    of the nose, and the right and the left corner of the mouth, in pixels of the picture and
    maybe beyond its border; None where the detector knows none.
    """

    box: Box
    score: float
    landmarks: tuple[Point, ...] | None = None


class Detector(ABC):
    """Finds faces; may be called from several threads at once.

    crop_scale: what crop_face needs to frame a face as FER2013 does. batch: how many pictures it
    is best given at once.
    """

    name: str
    crop_scale: float
    batch: int

    @abstractmethod
    def detect_all(self, images: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """Find the faces in (H, W, 3) BGR pictures of any sizes; in each the largest first."""

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """The same for one picture."""
        return self.detect_all([image])[0]

    def warm(self) -> None:
        """Look at every number of usual frames once: OpenVINO prepares for each."""
        for count in range(1, self.batch + 1):
            self.detect_all([np.zeros(USUAL, np.uint8)] * count)


class HaarDetector(Detector):
    """The Haar cascade that comes inside the OpenCV wheel: works with no download."""

    name = "haar"
    crop_scale = 1.03
    batch = 1

    def __init__(self) -> None:
        self._local = threading.local()
        self._cascade()

    def detect_all(self, images: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """See Detector."""
        return [self._detect(image) for image in images]

    def _detect(self, image: NDArray[np.uint8]) -> list[Face]:
        small, scale = shrink(image)
        if min(small.shape[:2]) < MIN_SIDE:
            return []
        boxes = self._cascade().detectMultiScale(
            cv2.cvtColor(small, cv2.COLOR_BGR2GRAY),
            scaleFactor=HAAR_STEP,
            minNeighbors=HAAR_NEIGHBOURS,
            minSize=(HAAR_MIN_FACE, HAAR_MIN_FACE),
        )
        return largest_first([Face(enlarge(box, scale), 1.0) for box in boxes])

    def _cascade(self) -> cv2.CascadeClassifier:
        # A cascade is not thread-safe, so each thread has its own.
        if not hasattr(self._local, "cascade"):
            path = Path(cv2.data.haarcascades) / "haarcascade_frontalface_alt2.xml"
            cascade = cv2.CascadeClassifier(str(path))
            if cascade.empty():
                raise DetectorError(f"{path} is missing; install opencv-python-headless 4 again.")
            self._local.cascade = cascade
        found: cv2.CascadeClassifier = self._local.cascade
        return found


def clip_box(box: Box, width: int, height: int) -> Box:
    """The part of a box inside a picture of this size; its sides may come out 0."""
    x, y, w, h = box
    left, top = min(max(x, 0), width), min(max(y, 0), height)
    right, bottom = min(max(x + w, 0), width), min(max(y + h, 0), height)
    return left, top, right - left, bottom - top


def shrink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A copy of at most MAX_SIDE, and what its coordinates are multiplied by to go back."""
    height, width = image.shape[:2]
    scale = max(height, width) / MAX_SIDE
    if scale <= 1:
        return image, 1.0
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def enlarge(box: Any, scale: float) -> Box:
    """A box (x, y, w, h) in the pixels of a picture that is `scale` times as large."""
    x, y, w, h = (round(float(value) * scale) for value in box)
    return x, y, w, h


def largest_first(faces: list[Face]) -> list[Face]:
    """By the area of their boxes."""
    return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)
