"""The small network that grows into vggface2_resnet50: compact, with as many blocks as fit there.

A block of two 3x3 convolutions takes two bottlenecks of the large network, and the
convolution that halves takes the last one of the stage before it (see training.growth):
with 3, 4, 6 and 3 bottlenecks, 1, 2, 3 and 2 blocks fit. Geometry and normalisation are the large
network's, so that both compute the same.
"""

from typing import Final

import keras
from keras import layers

from inference.labels import EMOTIONS
from training.architectures.vggface2 import HEAD_WIDTH

SPROUT_WIDTHS: Final = (32, 64, 128, 256)
"""Half of the inner width of each stage of vggface2_resnet50."""
SPROUT_BLOCKS: Final = (1, 2, 3, 2)


def sprout(dropout: float = 0.5) -> keras.Model:
    """A residual network of 3x3 convolutions with the head of vggface2_resnet50.

    Input (N, H, W, 3): BGR minus VGGFace2's mean, any size from 32 up; output (N, 7) logits
    in the order of EMOTIONS.
    """
    inputs = keras.Input((None, None, 3), name="face")
    x = layers.Conv2D(
        SPROUT_WIDTHS[0], 7, strides=2, padding="same", use_bias=False, name="stem_conv"
    )(inputs)
    x = layers.Activation("relu", name="stem_relu")(_normalised(x, "stem"))
    x = layers.MaxPooling2D(3, strides=2, name="stem_pool")(x)
    for level, (width, count) in enumerate(zip(SPROUT_WIDTHS, SPROUT_BLOCKS, strict=True), start=1):
        for block in range(1, count + 1):
            halve = level > 1 and block == 1
            x = _residual_block(x, width, f"level{level}_block{block}", halve=halve)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(HEAD_WIDTH, activation="relu", name="head")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="sprout")


def _normalised(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.BatchNormalization(name=f"{name}_norm")(x)


def _convolution(
    x: keras.KerasTensor, width: int, name: str, *, halve: bool = False
) -> keras.KerasTensor:
    if halve:
        # Around every second pixel from the first, as the large network's strides pick them.
        x = layers.ZeroPadding2D(1, name=f"{name}_pad")(x)
    x = layers.Conv2D(
        width,
        3,
        strides=2 if halve else 1,
        padding="valid" if halve else "same",
        use_bias=False,
        name=f"{name}_conv",
    )(x)
    return _normalised(x, name)


def _residual_block(
    x: keras.KerasTensor, width: int, name: str, *, halve: bool
) -> keras.KerasTensor:
    y = _convolution(x, width, f"{name}_first", halve=halve)
    y = layers.Activation("relu", name=f"{name}_first_relu")(y)
    y = _convolution(y, width, f"{name}_second")
    if halve:
        x = layers.MaxPooling2D(1, strides=2, name=f"{name}_shortcut_pick")(x)
        x = keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, width - x.shape[-1])))
    y = layers.Add(name=f"{name}_add")([x, y])
    return layers.Activation("relu", name=f"{name}_relu")(y)
