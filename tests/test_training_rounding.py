"""Kernels rounded for int8: on a filter's grid, and right where the inputs are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from tests.model_factory import residual_network
from training.rounding import MOST, round_filters, round_kernels

INPUTS = 6
weights = arrays(
    np.float32, (4, INPUTS), elements=st.floats(-2, 2, width=32, allow_subnormal=False)
)
samples = arrays(np.float64, (9, INPUTS), elements=st.floats(0, 3))


def steps_of(filters: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.abs(filters).max(axis=1, keepdims=True) / MOST)


@given(weights, samples)
def test_every_weight_is_a_whole_number_of_its_filters_steps(
    filters: NDArray[np.float32], inputs: NDArray[np.float64]
) -> None:
    rounded = round_filters(filters, inputs.T @ inputs)
    steps = steps_of(filters)
    assert (np.abs(rounded) <= MOST * steps * 1.0001).all()
    counts = np.divide(rounded, steps, out=np.zeros_like(rounded), where=steps > 0)
    np.testing.assert_allclose(counts, np.round(counts), atol=1e-3)


def test_inputs_of_one_sign_that_go_together_are_summed_nearly_as_before() -> None:
    rng = np.random.default_rng(0)
    filters = rng.normal(0, 0.1, (16, 256)).astype(np.float32)
    inputs = 1 + rng.normal(0, 0.2, (2000, 8)) @ rng.normal(0, 0.2, (8, 256))
    exact = inputs @ filters.T
    plain = inputs @ (np.round(filters / steps_of(filters)) * steps_of(filters)).T
    found = inputs @ round_filters(filters, inputs.T @ inputs).T
    assert np.abs(found - exact).mean() < 0.2 * np.abs(plain - exact).mean()


def test_a_filter_without_weights_and_inputs_that_never_come_do_no_harm() -> None:
    filters = np.array([[0, 0, 0], [0.5, -1, 0.25]], np.float32)
    rounded = round_filters(filters, np.diag([1.0, 0, 0]))
    np.testing.assert_allclose(rounded, filters, atol=0.005)


def test_a_network_with_rounded_kernels_says_nearly_the_same() -> None:
    network = residual_network()
    faces = np.random.default_rng(1).normal(0, 1, (20, 24, 24, 1)).astype(np.float32)
    before = np.asarray(network(faces))
    kernel = np.asarray(network.get_layer("first").kernel)
    round_kernels(network, faces)
    rounded = np.asarray(network.get_layer("first").kernel)
    assert not np.array_equal(rounded, kernel)
    for number in range(rounded.shape[-1]):
        assert len(np.unique(np.abs(rounded[..., number]).round(6))) <= MOST + 1
    most = 0.02 * float(np.abs(before).max())
    assert np.asarray(network(faces)) == pytest.approx(before, abs=most)
