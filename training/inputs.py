"""What the layers of a network are given when it looks at faces."""

from collections.abc import Iterator, Sequence
from typing import Final

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from tqdm import tqdm

BATCH: Final = 8


def inputs_of(
    network: keras.Model, chosen: Sequence[keras.layers.Layer], pixels: NDArray[np.float32]
) -> Iterator[list[NDArray[np.float32]]]:
    """The inputs of the chosen layers, batch by batch of (N, S, S, C) prepared faces."""
    model = keras.Model(network.input, [layer.input for layer in chosen])
    for start in tqdm(range(0, len(pixels), BATCH), "inputs", unit="batch", disable=None):
        values = model(pixels[start : start + BATCH], training=False)
        # Of one layer alone Keras gives no list.
        several = values if isinstance(values, list) else [values]
        yield [ops.convert_to_numpy(value) for value in several]
