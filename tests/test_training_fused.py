"""The backend's own batch normalisation in place of Keras's."""

import keras
import numpy as np
import pytest

from training.architectures import build
from training.fused import fuse_normalisation

FACES = np.random.default_rng(3).normal(size=(32, 32, 32, 1)).astype(np.float32)


def network() -> keras.Model:
    keras.utils.set_random_seed(5)
    return build("compact", widths=(8, 8, 8, 16), blocks=(1, 1, 1, 1), dropout=0.0)


def step(model: keras.Model) -> float:
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
    )
    targets = np.eye(7, dtype=np.float32)[np.arange(len(FACES)) % 7]
    return float(model.train_on_batch(FACES, targets))


def test_a_step_of_the_fused_network_is_a_step_of_the_plain_one() -> None:
    plain = network()
    fused = fuse_normalisation(network())
    kinds = {type(layer) for layer in fused.layers}
    assert keras.layers.BatchNormalization not in kinds
    assert step(fused) == pytest.approx(step(plain), abs=1e-4)
    changed = 0
    for new, expected, old in zip(fused.weights, plain.weights, network().weights, strict=True):
        # The kernel keeps the unbiased variance, which is a little more than Keras's.
        near = 0.02 if expected.name == "moving_variance" else 1e-3
        np.testing.assert_allclose(new, expected, rtol=near, atol=1e-4, err_msg=new.path)
        changed += not np.allclose(expected, old, atol=1e-4)
    assert changed > len(plain.weights) / 2


def test_the_fused_network_predicts_with_the_kept_statistics() -> None:
    plain = network()
    fused = fuse_normalisation(plain)
    expected = plain.predict(FACES, verbose=0)
    np.testing.assert_allclose(fused.predict(FACES, verbose=0), expected, atol=1e-5)
