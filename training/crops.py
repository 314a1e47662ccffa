"""How much is lost when the face is cut out by a detector and not by the data set."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection import Detector
from inference.emotion import EmotionModel
from inference.preprocessing import crop_face
from training.datasets import Faces

FRAME: Final = (320, 240)
"""Width and height in pixels, as a lesson's frames have them."""
FACE_SIDE: Final = 144
BLUR: Final = 15.0
"""Pixels: the spread of the blur around the face."""
SAMPLE: Final = 300


@dataclass(frozen=True, slots=True)
class CropScores:
    """What one detector's crops do to the accuracy.

    tried, found: faces. accuracy: over those found, in the detector's crop; own_accuracy:
    over the same faces as the data set has them. Both 0 to 1, None where none was found.
    """

    detector: str
    tried: int
    found: int
    accuracy: float | None
    own_accuracy: float | None


def crop_scores(
    model: EmotionModel,
    faces: Faces,
    probabilities: NDArray[np.floating],
    detector: Detector,
    seed: int = 0,
) -> CropScores:
    """Paste up to SAMPLE random faces into frames, find them again, and look at what is cut out.

    probabilities: (N, 7), what the model said of the faces themselves.
    """
    rows = np.random.default_rng(seed).permutation(len(faces))[:SAMPLE]
    found, crops = [], []
    for row in rows:
        frame = paste(faces.images[row])
        boxes = detector.detect(frame)
        if boxes:
            found.append(row)
            crops.append(
                crop_face(frame, boxes[0].box, model.size, detector.crop_scale, model.channels)
            )
    if not found:
        return CropScores(detector.name, len(rows), 0, None, None)
    labels = faces.labels[found]
    cropped = model.predict(np.stack(crops)).argmax(axis=1)
    own = probabilities[found].argmax(axis=1)
    return CropScores(
        detector=detector.name,
        tried=len(rows),
        found=len(found),
        accuracy=float((cropped == labels).mean()),
        own_accuracy=float((own == labels).mean()),
    )


def paste(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An (S, S, C) face in the middle of a BGR frame, its border repeated and blurred."""
    colour = cv2.cvtColor(face, cv2.COLOR_GRAY2BGR) if face.shape[-1] == 1 else face
    large = cv2.resize(colour, (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_CUBIC)
    width, height = FRAME
    left, top = (width - FACE_SIDE) // 2, (height - FACE_SIDE) // 2
    frame = cv2.copyMakeBorder(
        large,
        top,
        height - FACE_SIDE - top,
        left,
        width - FACE_SIDE - left,
        cv2.BORDER_REPLICATE,
    )
    frame = cv2.GaussianBlur(frame, (0, 0), BLUR)
    frame[top : top + FACE_SIDE, left : left + FACE_SIDE] = large
    return np.asarray(frame, np.uint8)
