"""Channels scaled for int8: the network answers as before, and they are less unlike."""

import keras
import numpy as np
import pytest
from keras import layers

from tests.model_factory import residual_network
from training.equalisation import equalise_channels
from training.inputs import inputs_of

FACES = np.random.default_rng(1).normal(0, 1, (20, 24, 24, 1)).astype(np.float32)


def spread(network: keras.Model, name: str) -> float:
    """How much greater the greatest channel of a layer's input is than the least great one."""
    (layer,) = [network.get_layer(name)]
    heights = np.max([v[0].max(axis=(0, 1, 2)) for v in inputs_of(network, [layer], FACES)], axis=0)
    return float(heights.max() / heights[heights > 0].min())


def test_the_answers_stay_and_the_channels_come_nearer() -> None:
    network = residual_network()
    before = np.asarray(network(FACES))
    unlike = {name: spread(network, name) for name in ("first", "second", "beside")}
    stem = np.asarray(network.get_layer("stem").kernel)
    equalise_channels(network, FACES)
    assert np.asarray(network(FACES)) == pytest.approx(before, rel=1e-4, abs=1e-4)
    for name, was in unlike.items():
        assert spread(network, name) == pytest.approx(was**0.5, rel=0.05)
    assert np.array_equal(network.get_layer("stem").kernel, stem), "its inputs are pixels"


def test_a_channel_that_is_always_0_is_left_as_it_is() -> None:
    network = residual_network()
    norm = network.get_layer("first_norm")
    norm.gamma.assign(np.where(np.arange(12) == 5, 0, norm.gamma))
    norm.beta.assign(np.where(np.arange(12) == 5, -1, norm.beta))
    equalise_channels(network, FACES)
    assert norm.beta[5] == -1
    assert np.isfinite(np.asarray(network(FACES))).all()


def test_what_scales_differently_ends_the_way_back() -> None:
    face = keras.Input((8, 8, 1))
    x = layers.BatchNormalization()(layers.Conv2D(3, 3, use_bias=False)(face))
    x = layers.Activation("sigmoid")(x)
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 1, name="after")(x))
    network = keras.Model(face, x)
    before = np.asarray(network(FACES[:, :8, :8]))
    equalise_channels(network, FACES[:, :8, :8])
    assert np.array_equal(network(FACES[:, :8, :8]), before)


def test_a_network_whose_branches_it_does_not_know_is_refused() -> None:
    face = keras.Input((8, 8, 1))
    x = layers.BatchNormalization(name="norm")(layers.Conv2D(3, 3, use_bias=False)(face))
    x = layers.Activation("relu")(x)
    known = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 1)(x))
    unknown = layers.GlobalAveragePooling2D()(layers.Conv2D(2, 1)(layers.AveragePooling2D(2)(x)))
    network = keras.Model(face, layers.Concatenate()([known, unknown]), name="forked")
    network.get_layer("norm").gamma.assign([0.1, 1, 10])
    with pytest.raises(ValueError, match="forked is not built like a ResNet"):
        equalise_channels(network, FACES[:, :8, :8])
