"""What a finished model sees in training faces, as targets for another one (distillation)."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.network import load_network
from inference.preprocessing import PREPROCESSINGS
from training.augmentation import Look
from training.metrics import softmax
from training.network import predict_logits


def teach(folder: Path, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, S, S, C) faces, grey or BGR, to the (N, 7) probabilities of a model of models/.

    Mean of each face and its mirror image, at the model's temperature. Raises ModelError.
    """
    manifest, network = load_network(folder)
    seen = _with_channels(faces, manifest.channels)
    look = Look(manifest.size, PREPROCESSINGS[manifest.preprocessing].prepare)
    views = (seen, seen[:, :, ::-1])
    probabilities = [
        softmax(predict_logits(network, view, look), manifest.temperature) for view in views
    ]
    return np.asarray(np.mean(probabilities, axis=0), np.float32)


def _with_channels(faces: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    if faces.shape[-1] == channels:
        return faces
    if channels == 3:
        return np.repeat(faces, 3, axis=-1)
    grey = [cv2.cvtColor(face, cv2.COLOR_BGR2GRAY) for face in faces]
    return np.asarray(grey, np.uint8)[..., None]
