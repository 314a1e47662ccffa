"""The small residual network that this repository trains from scratch."""

from typing import Final

import keras
from keras import layers

from inference.labels import EMOTIONS

COMPACT_WIDTHS: Final = (48, 96, 192, 320)
COMPACT_BLOCKS: Final = (1, 1, 2, 2)
BATCH_NORM_MOMENTUM: Final = 0.9
SQUEEZE: Final = 8


def compact(
    widths: tuple[int, ...] = COMPACT_WIDTHS,
    blocks: tuple[int, ...] = COMPACT_BLOCKS,
    dropout: float = 0.2,
) -> keras.Model:
    """A residual network with squeeze-and-excitation, convolutional up to the pooling.

    widths, blocks: channels and number of blocks of each stage; the stem and every stage
    but the first halve the picture. Input (N, H, W, 1) standardised pixels, any size from
    32 up; output (N, 7) logits in the order of EMOTIONS.
    """
    inputs = keras.Input((None, None, 1), name="face")
    x = _convolution(inputs, widths[0], 3, 2, "stem")
    x = layers.Activation("relu", name="stem_relu")(x)
    for stage, (width, count) in enumerate(zip(widths, blocks, strict=True), start=1):
        for block in range(1, count + 1):
            stride = 2 if stage > 1 and block == 1 else 1
            x = _residual_block(x, width, stride, f"stage{stage}_block{block}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(len(EMOTIONS), name="logits")(x)
    return keras.Model(inputs, logits, name="compact")


def _convolution(
    x: keras.KerasTensor, width: int, kernel: int, stride: int, name: str, gamma: str = "ones"
) -> keras.KerasTensor:
    x = layers.Conv2D(
        width,
        kernel,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return layers.BatchNormalization(
        momentum=BATCH_NORM_MOMENTUM, gamma_initializer=gamma, name=f"{name}_norm"
    )(x)


def _residual_block(x: keras.KerasTensor, width: int, stride: int, name: str) -> keras.KerasTensor:
    shortcut = x
    if stride > 1:
        shortcut = layers.AveragePooling2D(2, padding="same", name=f"{name}_shortcut_pool")(x)
    if x.shape[-1] != width:
        shortcut = _convolution(shortcut, width, 1, 1, f"{name}_shortcut")
    y = _convolution(x, width, 3, stride, f"{name}_first")
    y = layers.Activation("relu", name=f"{name}_first_relu")(y)
    # A zero scale makes each block start as its shortcut, which steadies a high learning rate.
    y = _convolution(y, width, 3, 1, f"{name}_second", gamma="zeros")
    y = _squeeze_excite(y, width, name)
    y = layers.Add(name=f"{name}_add")([shortcut, y])
    return layers.Activation("relu", name=f"{name}_relu")(y)


def _squeeze_excite(x: keras.KerasTensor, width: int, name: str) -> keras.KerasTensor:
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    gate = layers.Conv2D(max(8, width // SQUEEZE), 1, activation="relu", name=f"{name}_excite_in")(
        gate
    )
    gate = layers.Conv2D(width, 1, activation="sigmoid", name=f"{name}_excite_out")(gate)
    return layers.Multiply(name=f"{name}_scale")([x, gate])
