"""The small network that is shipped: dlib's face recognition network without its last level."""

from typing import Final

import keras
from keras import layers

from inference.labels import EMOTIONS

COMPACT_WIDTHS: Final = (32, 64, 128, 256)
COMPACT_BLOCKS: Final = (3, 4, 3, 3)
BATCH_NORM_MOMENTUM: Final = 0.9
EPSILON: Final = 1e-5
TWIN: Final = "_twin"
"""In the name of each layer by which twins hear of each other."""


def compact(
    widths: tuple[int, ...] = COMPACT_WIDTHS,
    blocks: tuple[int, ...] = COMPACT_BLOCKS,
    dropout: float = 0.2,
    *,
    twins: bool = False,
) -> keras.Model:
    """A residual network of 3x3 convolutions, convolutional up to the pooling.

    widths, blocks: channels, never fewer than before, and number of blocks of each level;
    every level but the first halves the picture. Input (N, H, W, 1) standardised pixels,
    any size from 32 up; output (N, 7) logits in the order of EMOTIONS. With the default
    widths and blocks, published weights of dlib fit (see training.dlib_weights); they know
    faces of 150 pixels, so the picture is doubled first.

    twins: whether each channel has a twin that sees the face mirrored, with the same kernel
    (a group convolution after Cohen and Welling, "Group equivariant convolutional networks",
    2016). After each level both hear of each other; the logits of a face and of its mirror
    image are the same. It computes twice as much.
    """
    inputs = keras.Input((None, None, 1), name="face")
    x = _with_mirror_image(inputs) if twins else inputs
    x = _convolution(_doubled(x), widths[0], 7, "stem", halve=True)
    x = layers.Activation("relu", name="stem_relu")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="stem_pool")(x)
    for level, (width, count) in enumerate(zip(widths, blocks, strict=True), start=1):
        for block in range(1, count + 1):
            halve = level > 1 and block == 1
            x = _residual_block(x, width, f"level{level}_block{block}", halve=halve)
        if twins:
            x = _hear_twin(x, f"level{level}{TWIN}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.BatchNormalization(
        momentum=BATCH_NORM_MOMENTUM, epsilon=EPSILON, name="features_norm"
    )(x)
    if twins:
        x = layers.Average(name="twins")(keras.ops.split(x, 2, axis=0))
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="compact")


def _with_mirror_image(x: keras.KerasTensor) -> keras.KerasTensor:
    """(N, H, W, C) to (2N, H, W, C): the mirror images follow the pictures."""
    return keras.ops.concatenate([x, keras.ops.flip(x, axis=2)], axis=0)


def _hear_twin(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    """Add what the twin sees at the same place of the face; nothing before training."""
    seen, mirrored = keras.ops.split(x, 2, axis=0)
    twin = keras.ops.flip(keras.ops.concatenate([mirrored, seen], axis=0), axis=2)
    y = layers.Conv2D(x.shape[-1], 1, use_bias=False, name=f"{name}_conv")(twin)
    y = layers.BatchNormalization(
        momentum=BATCH_NORM_MOMENTUM,
        epsilon=EPSILON,
        gamma_initializer="zeros",
        name=f"{name}_norm",
    )(y)
    return layers.Add(name=f"{name}_add")([x, y])


def _doubled(x: keras.KerasTensor) -> keras.KerasTensor:
    """Bilinear doubling; Keras's own fails on TensorFlow once pictures change their size."""
    x = layers.UpSampling2D(2, name="double")(x)
    x = keras.ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
    x = (x[:, :-2] + 2 * x[:, 1:-1] + x[:, 2:]) / 4
    return (x[:, :, :-2] + 2 * x[:, :, 1:-1] + x[:, :, 2:]) / 4


def _convolution(
    x: keras.KerasTensor, width: int, kernel: int, name: str, *, halve: bool = False
) -> keras.KerasTensor:
    x = layers.Conv2D(
        width,
        kernel,
        strides=2 if halve else 1,
        # dlib pads only what it does not halve.
        padding="valid" if halve else "same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    return layers.BatchNormalization(
        momentum=BATCH_NORM_MOMENTUM, epsilon=EPSILON, name=f"{name}_norm"
    )(x)


def _residual_block(
    x: keras.KerasTensor, width: int, name: str, *, halve: bool
) -> keras.KerasTensor:
    y = _convolution(x, width, 3, f"{name}_first", halve=halve)
    y = layers.Activation("relu", name=f"{name}_first_relu")(y)
    y = _convolution(y, width, 3, f"{name}_second")
    if halve:
        # Without the last row and column the average has the convolution's size, odd or even.
        x = layers.Cropping2D(((0, 1), (0, 1)), name=f"{name}_shortcut_crop")(x)
        x = layers.AveragePooling2D(2, name=f"{name}_shortcut_pool")(x)
    if x.shape[-1] != width:
        x = keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, width - x.shape[-1])))
    y = layers.Add(name=f"{name}_add")([x, y])
    return layers.Activation("relu", name=f"{name}_relu")(y)
