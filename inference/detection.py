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
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import cv2.data
import numpy as np
from numpy.typing import NDArray

MAX_SIDE: Final = 640
"""Pixels. A larger picture is searched on a smaller copy."""

MIN_SIDE: Final = 20
"""Pixels. A picture narrower than this has no usable face in it, and Haar's window is 20."""

YUNET_MIN_SIDE: Final = 64
"""Pixels. OpenCV 4.14 reads memory it never wrote when YuNet's input is 32 or less high or wide:
it then sees faces at random, some of infinite size. A smaller picture is padded to this."""

HAAR_STEP: Final = 1.1
HAAR_NEIGHBOURS: Final = 3
HAAR_MIN_FACE: Final = 30
YUNET_SCORE: Final = 0.6
YUNET_OVERLAP: Final = 0.3
YUNET_CANDIDATES: Final = 1000
"""Before overlapping ones are merged: a face has several, and with 100 a third of the faces of a
class photograph with 45 were lost."""

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


class Detector(Protocol):
    """Finds faces. crop_scale: what crop_face needs to frame a face as FER2013 does."""

    name: str
    crop_scale: float

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """Find the faces in an (H, W, 3) BGR picture of any size, the largest first.

        May be called from several threads at once.
        """
        ...


class HaarDetector:
    """The Haar cascade that comes inside the OpenCV wheel: works with no download."""

    name = "haar"
    crop_scale = 1.03

    def __init__(self) -> None:
        self._local = threading.local()
        self._cascade()

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """See Detector."""
        small, scale = _shrink(image)
        if min(small.shape[:2]) < MIN_SIDE:
            return []
        boxes = self._cascade().detectMultiScale(
            cv2.cvtColor(small, cv2.COLOR_BGR2GRAY),
            scaleFactor=HAAR_STEP,
            minNeighbors=HAAR_NEIGHBOURS,
            minSize=(HAAR_MIN_FACE, HAAR_MIN_FACE),
        )
        return _largest_first([Face(_enlarge(box, scale), 1.0) for box in boxes])

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


class YuNetDetector:
    """YuNet by OpenCV's own runtime: finds more faces than Haar in a quarter of the time."""

    name = "yunet"
    crop_scale = 0.9

    def __init__(self, path: Path) -> None:
        """Raises DetectorError for a file that is missing or is not YuNet's."""
        self.path = path
        self._local = threading.local()
        if not path.is_file():
            raise DetectorError(f"{path} is not there; fetch it (manage.py fetch_models).")
        try:
            self.detect(np.zeros((64, 64, 3), np.uint8))
        except cv2.error as error:
            raise DetectorError(
                f"{path} is not the YuNet face detector ({error}); fetch it again or unset "
                "YUNET_PATH to use the built-in one."
            ) from None

    def detect(self, image: NDArray[np.uint8]) -> list[Face]:
        """See Detector."""
        small, scale = _shrink(image)
        if min(small.shape[:2]) < MIN_SIDE:
            return []
        small = _pad(small, YUNET_MIN_SIDE)
        network = self._network()
        network.setInputSize((small.shape[1], small.shape[0]))
        _, rows = network.detect(small)
        found = [] if rows is None else rows
        return _largest_first(
            [
                Face(
                    _enlarge(row[:4], scale),
                    float(min(1.0, row[-1])),
                    tuple((float(x) * scale, float(y) * scale) for x, y in row[4:14].reshape(5, 2)),
                )
                for row in found
            ]
        )

    def _network(self) -> cv2.FaceDetectorYN:
        # It keeps the input size and its buffers between calls, so each thread has its own.
        if not hasattr(self._local, "network"):
            self._local.network = cv2.FaceDetectorYN.create(
                str(self.path), "", (64, 64), YUNET_SCORE, YUNET_OVERLAP, YUNET_CANDIDATES
            )
        found: cv2.FaceDetectorYN = self._local.network
        return found


def load_detector(yunet: Path | None) -> Detector:
    """YuNet from its file, Haar without one. Raises DetectorError for a missing or damaged file."""
    return HaarDetector() if yunet is None else YuNetDetector(yunet)


def clip_box(box: Box, width: int, height: int) -> Box:
    """The part of a box inside a picture of this size; its sides may come out 0."""
    x, y, w, h = box
    left, top = min(max(x, 0), width), min(max(y, 0), height)
    right, bottom = min(max(x + w, 0), width), min(max(y + h, 0), height)
    return left, top, right - left, bottom - top


def _shrink(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], float]:
    """A copy of at most MAX_SIDE, and what its coordinates are multiplied by to go back."""
    height, width = image.shape[:2]
    scale = max(height, width) / MAX_SIDE
    if scale <= 1:
        return image, 1.0
    size = (max(1, round(width / scale)), max(1, round(height / scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), scale


def _pad(image: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Black below and at the right, where it moves no coordinates, up to a least side."""
    height, width = image.shape[:2]
    below, right = max(0, side - height), max(0, side - width)
    if below == right == 0:
        return image
    padded = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT)
    return np.asarray(padded, np.uint8)


def _enlarge(box: Any, scale: float) -> Box:
    x, y, w, h = (round(float(value) * scale) for value in box)
    return x, y, w, h


def _largest_first(faces: list[Face]) -> list[Face]:
    return sorted(faces, key=lambda face: face.box[2] * face.box[3], reverse=True)
