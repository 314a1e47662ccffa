"""The emotion model: faces in, probabilities of the seven emotions out."""

from pathlib import Path
from typing import Final, Self

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from inference.manifest import ARCHITECTURE_FILE, Manifest, ModelError
from inference.network import load_network
from inference.preprocessing import PREPROCESSINGS

MAX_BATCH: Final = 16
"""Faces in one run of the network; more are split, so that memory stays bounded."""


def require_tensorflow(model: str) -> None:
    """Raise ModelError, which names the model, where Keras runs on another backend."""
    if keras.backend.backend() != "tensorflow":
        raise ModelError(
            f"{model} is served on TensorFlow and Keras runs on {keras.backend.backend()}: "
            "leave KERAS_BACKEND out"
        )


class EmotionModel:
    """A trained network behind one traced function. predict() may be called from any thread.

    name, title: from the manifest. size: the side of the faces it takes, in pixels.
    channels: 1 where it takes grey faces, 3 for BGR.
    """

    def __init__(self, manifest: Manifest, network: keras.Model) -> None:
        self.manifest = manifest
        self.name = manifest.name
        self.title = manifest.title
        self.size = manifest.size
        self.channels = manifest.channels
        self._shape = (manifest.size, manifest.size, manifest.channels)
        self._prepare = PREPROCESSINGS[manifest.preprocessing].prepare
        temperature = manifest.temperature

        # One signature for every batch size: traced once. Measured with the compact model, the
        # time grows evenly with the faces and a new size costs nothing, so nothing is padded.
        @tf.function(
            input_signature=[tf.TensorSpec((None, *self._shape[:2], network.input_shape[-1]))]
        )
        def probabilities(pixels: tf.Tensor) -> tf.Tensor:
            logits = tf.cast(network(pixels, training=False), tf.float32)
            return tf.nn.softmax(logits / temperature)

        self._probabilities = probabilities

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Load a model's folder, its files verified first.

        Raises ModelError, which names the file, and for weights that do not fit the first
        variable that differs. Keras has to run on TensorFlow.
        """
        require_tensorflow(str(folder))
        model = cls(*load_network(folder))
        model._check_output(folder / ARCHITECTURE_FILE)
        return model

    def predict(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Estimate the emotions of faces.

        faces: (N, size, size, channels), 0 to 255, as crop_face gives them; N may be 0. Returns
        (N, 7) in the order of EMOTIONS, each row summing to 1. Raises ValueError for another
        shape.
        """
        if faces.shape[1:] != self._shape:
            wanted = ", ".join(str(side) for side in self._shape)
            raise ValueError(f"faces must be (N, {wanted}), got {faces.shape}")
        pixels = self._prepare(faces)
        parts = [
            np.asarray(self._probabilities(tf.constant(pixels[start : start + MAX_BATCH])))
            for start in range(0, len(pixels), MAX_BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(EMOTIONS)), np.float32)

    def warm(self) -> None:
        """Run the smallest and the largest batch once, so that no student waits for it."""
        for count in (1, MAX_BATCH):
            self.predict(np.zeros((count, *self._shape), np.uint8))

    def _check_output(self, path: Path) -> None:
        try:
            found = self.predict(np.zeros((1, *self._shape), np.uint8)).shape
        except (TypeError, ValueError, tf.errors.OpError) as error:
            colour = "grey" if self.channels == 1 else "BGR"
            raise ModelError(
                f"{path} does not take one {colour} face of {self.size} x {self.size} pixels: "
                f"{error}"
            ) from error
        if found != (1, len(EMOTIONS)):
            raise ModelError(f"{path} must give {len(EMOTIONS)} logits a face, got {found[1:]}.")
