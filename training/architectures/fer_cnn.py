"""The plain convolutional network that many FER2013 projects train."""

from typing import Final

import keras
from keras import layers

from inference.labels import EMOTIONS

FER_CNN_SIZE: Final = 48
CONVOLUTIONS: Final = ((64, 3), (128, 5), (512, 3), (512, 3))
"""Channels and kernel side of each."""
DENSE: Final = (256, 512)


def fer_cnn(dropout: float = 0.25) -> keras.Model:
    """Four convolutions and two dense layers, each with batch normalisation and dropout.

    Input (N, 48, 48, 1) standardised pixels, of this size alone; output (N, 7) logits in
    the order of EMOTIONS. 4,478,727 parameters, of which 4,474,759 are trainable.
    """
    inputs = keras.Input((FER_CNN_SIZE, FER_CNN_SIZE, 1), name="face")
    x = inputs
    for number, (width, kernel) in enumerate(CONVOLUTIONS, start=1):
        x = layers.Conv2D(width, kernel, padding="same", name=f"conv{number}")(x)
        x = _normalised(x, f"conv{number}")
        x = layers.MaxPooling2D(2, name=f"conv{number}_pool")(x)
        x = layers.Dropout(dropout, name=f"conv{number}_dropout")(x)
    x = layers.Flatten(name="flatten")(x)
    for number, width in enumerate(DENSE, start=1):
        x = layers.Dense(width, name=f"dense{number}")(x)
        x = _normalised(x, f"dense{number}")
        x = layers.Dropout(dropout, name=f"dense{number}_dropout")(x)
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="fer_cnn")


def _normalised(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.Activation("relu", name=f"{name}_relu")(x)
