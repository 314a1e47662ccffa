"""Statistics of normalisation that are estimated anew before a network is served."""

import keras
import numpy as np
import pytest
from keras import layers
from numpy.typing import NDArray

from training.statistics import CHUNK, refresh_normalisation


def network() -> keras.Model:
    keras.utils.set_random_seed(3)
    face = keras.Input((8, 8, 1))
    x = layers.Conv2D(4, 3, name="first_conv")(face)
    x = layers.BatchNormalization(momentum=0.9, name="first")(x)
    x = layers.Dropout(0.5, name="drop")(layers.Activation("relu")(x))
    x = layers.BatchNormalization(momentum=0.8, name="second")(layers.Conv2D(3, 3)(x))
    return keras.Model(face, layers.GlobalAveragePooling2D()(x))


def some_faces(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(2).normal(3, 2, (count, 8, 8, 1)).astype(np.float32)


def test_they_are_those_of_the_given_faces_without_dropout() -> None:
    model, faces = network(), some_faces(2 * CHUNK)
    refresh_normalisation(model, faces)
    for name, given in (("first", "first_conv"), ("second", model.layers[-3].name)):
        norm = model.get_layer(name)
        values = keras.Model(model.input, model.get_layer(given).output).predict_on_batch(faces)
        np.testing.assert_allclose(norm.moving_mean, values.mean(axis=(0, 1, 2)), rtol=0.02)
        np.testing.assert_allclose(norm.moving_variance, values.var(axis=(0, 1, 2)), rtol=0.1)


def test_nothing_else_of_the_network_changes() -> None:
    model = network()
    before = [np.asarray(variable) for variable in model.trainable_variables]
    refresh_normalisation(model, some_faces(CHUNK))
    for now, then in zip(model.trainable_variables, before, strict=True):
        np.testing.assert_array_equal(now, then)
    assert [model.get_layer(name).momentum for name in ("first", "second")] == [0.9, 0.8]
    assert model.get_layer("drop").rate == 0.5


@pytest.mark.parametrize("count", [5, CHUNK + 1])
def test_few_faces_are_enough_and_a_last_chunk_of_one_does_not_count(count: int) -> None:
    model, faces = network(), some_faces(count)
    refresh_normalisation(model, faces)
    other = network()
    refresh_normalisation(other, faces[:CHUNK])
    np.testing.assert_array_equal(
        model.get_layer("second").moving_mean, other.get_layer("second").moving_mean
    )
