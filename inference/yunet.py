"""YuNet, the face detector in models/yunet_2023mar, on whichever runtime computes its network."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, Protocol

import cv2
import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from inference.detection import (
    MIN_SIDE,
    Detector,
    DetectorError,
    Face,
    enlarge,
    largest_first,
    shrink,
)
from inference.paths import REPOSITORY

FOLDER: Final = REPOSITORY / "models" / "yunet_2023mar"
"""Also of sites that keep emotion models elsewhere."""
MANIFEST: Final = "detector.json"

STRIDES: Final = (8, 16, 32)
"""Pixels between the places at which the network looks for small, middle and large faces."""
LEAST_SIDE: Final = 64
"""Pixels. OpenCV 4.14 reads memory it never wrote when YuNet's input is 32 or less high or wide:
it then sees faces at random, some of infinite size. A smaller picture is padded to this."""
SCORE: Final = 0.6
OVERLAP: Final = 0.3
CANDIDATES: Final = 1000
"""Before overlapping ones are merged: a face has several, and with 100 a third of the faces of a
class photograph with 45 were lost."""

Rows = NDArray[np.float32]
"""(N, 15): x, y, w, h, five landmarks x, y, score; in pixels of the picture."""


class Manifest(Struct, frozen=True):
    """What the detector's folder says about itself. files: the sha256 of each by name."""

    format: Literal[1]
    name: str
    title: str
    licence: str
    source: str
    files: dict[str, str]


class Network(Protocol):
    """YuNet's network on some runtime. May be called from several threads at once."""

    batch: int
    """See inference.detection.Detector."""

    def rows(self, images: NDArray[np.uint8]) -> list[Rows]:
        """The faces of (N, H, W, 3) BGR pictures; H and W are multiples of STRIDES[-1]."""
        ...


class YuNetDetector(Detector):
    """See inference.detection.Detector: finds more faces than Haar in a quarter of the time."""

    name = "yunet"
    crop_scale = 0.9

    def __init__(self, network: Network) -> None:
        self._network = network
        self.batch = network.batch

    def detect_all(self, images: Sequence[NDArray[np.uint8]]) -> list[list[Face]]:
        """See Detector. Pictures of one size are given to the network together."""
        found: list[list[Face]] = [[] for _ in images]
        padded: dict[tuple[int, ...], list[tuple[int, float, NDArray[np.uint8]]]] = {}
        for number, image in enumerate(images):
            small, scale = shrink(image)
            if min(small.shape[:2]) >= MIN_SIDE:
                picture = _pad(small)
                padded.setdefault(picture.shape, []).append((number, scale, picture))
        for group in padded.values():
            answers = self._network.rows(np.stack([picture for _, _, picture in group]))
            for (number, scale, _), rows in zip(group, answers, strict=True):
                faces = [_face(row, scale) for row in rows if np.isfinite(row).all()]
                found[number] = largest_first(faces)
        return found


class OpenCvNetwork:
    """YuNet by OpenCV's own runtime."""

    batch = 1

    def __init__(self, file: Path) -> None:
        """Raises DetectorError for a file that is not YuNet's."""
        self._file = file
        self._local = threading.local()
        try:
            self.rows(np.zeros((1, LEAST_SIDE, LEAST_SIDE, 3), np.uint8))
        except cv2.error as error:
            raise not_yunet(file, error) from None

    def rows(self, images: NDArray[np.uint8]) -> list[Rows]:
        """See Network."""
        network = self._own()
        network.setInputSize((images.shape[2], images.shape[1]))
        answers = [network.detect(image)[1] for image in images]
        return [
            np.zeros((0, 15), np.float32) if rows is None else np.asarray(rows, np.float32)
            for rows in answers
        ]

    def _own(self) -> cv2.FaceDetectorYN:
        # It keeps the input size and its buffers between calls, so each thread has its own.
        if not hasattr(self._local, "network"):
            self._local.network = cv2.FaceDetectorYN.create(
                str(self._file), "", (LEAST_SIDE, LEAST_SIDE), SCORE, OVERLAP, CANDIDATES
            )
        found: cv2.FaceDetectorYN = self._local.network
        return found


def find_yunet(folder: Path | None = None) -> Path:
    """The network's file, verified by the sha256 in its manifest; in FOLDER by default.

    Raises DetectorError for a missing or altered one.
    """
    path = (folder or FOLDER) / MANIFEST
    restore = "restore it (git checkout models/), or set FACE_DETECTOR=haar."
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
        ((name, expected),) = manifest.files.items()
        file = path.parent / name
        found = hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise DetectorError(f"{error.filename} cannot be read; {restore}") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise DetectorError(f"{path} is damaged ({error}); {restore}") from None
    if found != expected:
        raise DetectorError(f"{file} was altered: its sha256 is {found}; {restore}")
    return file


def not_yunet(file: Path, reason: object) -> DetectorError:
    """What to say of a file with another network, or none."""
    return DetectorError(
        f"{file} is not the YuNet face detector ({reason}); restore it (git checkout models/), "
        "or set FACE_DETECTOR=haar."
    )


def decode(outputs: Mapping[str, NDArray[np.float32]], width: int, height: int) -> Rows:
    """Rows from the network's outputs for one picture, as OpenCV's FaceDetectorYN makes them.

    outputs: cls, obj (N, 1), bbox (N, 4) and kps (N, 10), each by name and stride ("cls_8"),
    for the (height / stride) * (width / stride) places from the left above to the right below.
    A score is the root of class times object; a box's centre is an offset from its place in
    strides, its sides are exponents; overlapping boxes give way to the one with the best score.
    """
    rows = np.concatenate([_at_stride(outputs, stride, width // stride) for stride in STRIDES])
    kept = cv2.dnn.NMSBoxes(
        rows[:, :4].tolist(), rows[:, 14].tolist(), SCORE, OVERLAP, top_k=CANDIDATES
    )
    return rows[np.asarray(kept, np.intp).ravel()]


def _at_stride(outputs: Mapping[str, NDArray[np.float32]], stride: int, columns: int) -> Rows:
    classes, objects = outputs[f"cls_{stride}"][:, 0], outputs[f"obj_{stride}"][:, 0]
    scores = np.sqrt(np.clip(classes, 0, 1) * np.clip(objects, 0, 1))
    places = np.flatnonzero(scores >= SCORE)
    corner = np.column_stack((places % columns, places // columns))
    boxes = outputs[f"bbox_{stride}"][places]
    centres = (corner + boxes[:, :2]) * stride
    sides = np.exp(np.minimum(boxes[:, 2:], 20)) * stride
    points = outputs[f"kps_{stride}"][places].reshape(-1, 5, 2) + corner[:, None]
    return np.column_stack(
        (centres - sides / 2, sides, (points * stride).reshape(-1, 10), scores[places])
    ).astype(np.float32)


def _face(row: NDArray[np.float32], scale: float) -> Face:
    landmarks = tuple((float(x) * scale, float(y) * scale) for x, y in row[4:14].reshape(5, 2))
    return Face(enlarge(row[:4], scale), float(min(1.0, row[14])), landmarks)


def _pad(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Black below and at the right, where it moves no coordinates, as the strides need it."""
    below, right = (
        max(LEAST_SIDE, -(-side // STRIDES[-1]) * STRIDES[-1]) - side for side in image.shape[:2]
    )
    if below == right == 0:
        return image
    padded: Any = cv2.copyMakeBorder(image, 0, below, 0, right, cv2.BORDER_CONSTANT)
    return np.asarray(padded, np.uint8)
