"""Every face of one picture, by one model or by several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from inference.detection import Box, Detector, clip_box
from inference.emotion import EmotionModel
from inference.engagement import combined
from inference.expression import concentration_index
from inference.frames import decode_jpeg
from inference.labels import most_probable
from inference.pipeline import as_tuple, cut_out, usable
from inference.pose import Pose, head_pose


@dataclass(frozen=True, slots=True)
class FaceEstimate:
    """What one model says of a face. probabilities: seven, in the order of EMOTIONS."""

    probabilities: tuple[float, ...]

    @property
    def emotion(self) -> str:
        """The most probable emotion."""
        return most_probable(self.probabilities)

    @property
    def engagement(self) -> float:
        """0 to 1, as of somebody who faces the screen."""
        return combined(concentration_index(self.probabilities), facing=1.0)


@dataclass(frozen=True, slots=True)
class FaceResult:
    """What was seen of one face of a picture.

    box: x, y, w, h inside the picture, pixels. score: the detector's confidence, 0 to 1.
    estimates: one of each model of the picture. pose: where the head points; None where the
    detector finds no landmarks, and without a model.
    """

    box: Box
    score: float
    estimates: tuple[FaceEstimate, ...]
    pose: Pose | None


@dataclass(frozen=True, slots=True)
class ModelName:
    """name: its folder's. title: for people."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class PictureResult:
    """Every usable face of one picture, the largest first.

    width, height: of the picture as it is shown, pixels. models: those that were asked, none
    where only presence may be counted. detector: what found the faces.
    """

    width: int
    height: int
    faces: tuple[FaceResult, ...]
    models: tuple[ModelName, ...]
    detector: str


def analyse_picture(
    jpeg: bytes,
    detector: Detector,
    models: Sequence[EmotionModel],
    max_bytes: int,
    max_pixels: int,
) -> PictureResult:
    """Analyse a whole JPEG in the calling thread.

    max_bytes, max_pixels: what it may have at most. Raises FrameError for one that cannot be
    read.
    """
    image = decode_jpeg(jpeg, max_bytes, max_pixels)
    height, width = image.shape[:2]
    faces = usable(detector.detect(image), width, height)
    columns = [
        model.predict(np.stack([cut_out(image, face, model, detector) for face in faces]))
        for model in models
        if faces
    ]
    return PictureResult(
        width,
        height,
        tuple(
            FaceResult(
                clip_box(face.box, width, height),
                face.score,
                tuple(FaceEstimate(as_tuple(rows[place])) for rows in columns),
                head_pose(face.landmarks, width, height) if models else None,
            )
            for place, face in enumerate(faces)
        ),
        tuple(ModelName(model.name, model.title) for model in models),
        detector.name,
    )
