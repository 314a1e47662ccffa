"""Networks on TensorFlow, as they were trained and exported; YuNet on OpenCV's own runtime."""

from pathlib import Path
from typing import Final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from inference.emotion import EmotionModel
from inference.manifest import Manifest, ModelError
from inference.network import load_network
from inference.yunet import OpenCvNetwork

PRECISION: Final = "float32"


class TensorFlow:
    """See inference.runtimes.Runtime."""

    name = "tensorflow"
    precision = PRECISION

    def emotion_model(self, folder: Path) -> EmotionModel:
        """See Runtime. For weights that do not fit, the error names the first that differs."""
        require_tensorflow(str(folder))
        manifest, network = load_network(folder)
        return EmotionModel(manifest, TracedNetwork(manifest, network))

    def yunet(self, file: Path) -> OpenCvNetwork:
        """See Runtime."""
        return OpenCvNetwork(file)


class TracedNetwork:
    """A Keras network behind one traced function; see inference.emotion.Network.

    function: (N, S, S, C) float32 to (N, 7) probabilities, of any N.
    """

    precision = PRECISION

    def __init__(self, manifest: Manifest, network: keras.Model) -> None:
        temperature = manifest.temperature
        shape = (None, manifest.size, manifest.size, network.input_shape[-1])

        # One signature for every batch size: traced once. Measured with the compact model, the
        # time grows evenly with the faces and a new size costs nothing, so nothing is padded.
        @tf.function(input_signature=[tf.TensorSpec(shape)])
        def probabilities(pixels: tf.Tensor) -> tf.Tensor:
            logits = tf.cast(network(pixels, training=False), tf.float32)
            return tf.nn.softmax(logits / temperature)

        self.function = probabilities

    def probabilities(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See Network."""
        try:
            return np.asarray(self.function(tf.constant(pixels)), np.float32)
        except (TypeError, tf.errors.OpError) as error:
            raise ValueError(str(error)) from error


def use_threads(count: int) -> None:
    """Let one run use so many cores, 0 for all; only before TensorFlow has computed anything."""
    if count:
        tf.config.threading.set_intra_op_parallelism_threads(count)
        tf.config.threading.set_inter_op_parallelism_threads(count)


def require_tensorflow(model: str) -> None:
    """Raise ModelError, which names the model, where Keras runs on another backend."""
    if keras.backend.backend() != "tensorflow":
        raise ModelError(
            f"{model} is served on TensorFlow and Keras runs on {keras.backend.backend()}: "
            "leave KERAS_BACKEND out"
        )
