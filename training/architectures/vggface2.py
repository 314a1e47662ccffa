"""ResNet-50 exactly as its VGGFace2 weights were published for Keras, with a head for emotions.

The first block of stages 3 to 5 halves the picture in its 1x1 "reduce" convolution, as in
the original paper, and the pooling after conv1 does not pad: other ResNet-50 differ.
"""

from typing import Final

import keras
from keras import layers

from inference.labels import EMOTIONS

STAGES: Final = ((2, 64, 3), (3, 128, 4), (4, 256, 6), (5, 512, 3))
"""Number, inner width and blocks of each stage."""
EXPANSION: Final = 4
HEAD_WIDTH: Final = 1024
BACKBONE_PREFIX: Final = "conv"
SEPARATOR: Final = "-"
"""Stands for the "/" of published layer names, which Keras 3 refuses; none of them has a "-"."""


def vggface2_resnet50(dropout: float = 0.5) -> keras.Model:
    """The published backbone with pooling, Dense 1024 relu, dropout and seven logits.

    Input (N, H, W, 3): BGR minus VGGFace2's mean, any size from 32 up (published for 224);
    output (N, 7) in the order of EMOTIONS. 23,561,152 parameters lie in the backbone.
    """
    inputs = keras.Input((None, None, 3), name="face")
    x = _convolution(inputs, 64, 7, 2, "conv1/7x7_s2")
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(_relu(x, "conv1"))
    for stage, width, count in STAGES:
        for block in range(1, count + 1):
            stride = 2 if stage > 2 and block == 1 else 1
            x = _bottleneck(x, width, stride, f"conv{stage}_{block}", project=block == 1)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    x = layers.Dense(HEAD_WIDTH, activation="relu", name="head")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    logits = layers.Dense(len(EMOTIONS), dtype="float32", name="logits")(x)
    return keras.Model(inputs, logits, name="vggface2_resnet50")


def backbone_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers of vggface2_resnet50 that have published weights, in their order."""
    return [
        layer for layer in model.layers if layer.name.startswith(BACKBONE_PREFIX) and layer.weights
    ]


def published_name(layer_name: str) -> str:
    """The name that a layer of the backbone has in the published file."""
    return layer_name.replace(SEPARATOR, "/")


def _bottleneck(
    x: keras.KerasTensor, width: int, stride: int, name: str, *, project: bool
) -> keras.KerasTensor:
    y = _relu(_convolution(x, width, 1, stride, f"{name}_1x1_reduce"), f"{name}_reduce")
    y = _relu(_convolution(y, width, 3, 1, f"{name}_3x3"), f"{name}_3x3")
    y = _convolution(y, width * EXPANSION, 1, 1, f"{name}_1x1_increase")
    if project:
        x = _convolution(x, width * EXPANSION, 1, stride, f"{name}_1x1_proj")
    return _relu(layers.Add(name=f"{name}_add")([y, x]), name)


def _convolution(
    x: keras.KerasTensor, width: int, kernel: int, stride: int, published: str
) -> keras.KerasTensor:
    name = published.replace("/", SEPARATOR)
    x = layers.Conv2D(width, kernel, strides=stride, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(name=f"{name}{SEPARATOR}bn")(x)


def _relu(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return layers.Activation("relu", name=f"{name}_relu")(x)
