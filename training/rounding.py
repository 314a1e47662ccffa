"""Kernels on a grid of 255 values a filter, which int8 then keeps.

After Frantar, Ashkboos, Hoefler and Alistarh, "GPTQ: Accurate Post-Training Quantization for
Generative Pre-trained Transformers", 2023: weight after weight is rounded, and those that are left
make up for what that changes in the filter's answers to real inputs. In the ResNet-50, where the
first convolution of a block sums a thousand inputs of one sign, a tenth of the change is left.
"""

from typing import Final

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from tqdm import tqdm

from training.inputs import inputs_of

MOST: Final = 127
"""Steps from 0 to a filter's greatest weight."""
DAMPING: Final = 0.01
"""Of the mean square of an input, added to each: inputs that go together would divide by 0."""
BLOCK: Final = 128
"""Weights whose changes are passed on to all later ones together."""


def round_kernels(network: keras.Model, pixels: NDArray[np.float32]) -> None:
    """Round the kernel of each convolution, by what (N, S, S, C) prepared faces give it."""
    convolutions = [each for each in network.layers if isinstance(each, keras.layers.Conv2D)]
    moments = _moments(network, convolutions, pixels)
    for layer, moment in zip(convolutions, tqdm(moments, "rounding", disable=None), strict=True):
        kernel = ops.convert_to_numpy(layer.kernel)
        filters = kernel.reshape(-1, kernel.shape[-1]).T
        layer.kernel.assign(round_filters(filters, moment).T.reshape(kernel.shape))


def round_filters(
    filters: NDArray[np.float32], moments: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Filters with each weight a whole number of steps, 127 of which are the filter's greatest.

    Where making up for others takes the greatest weight itself below 127 steps, int8, which knows
    the result alone, rounds the filter once more. filters: (O, I). moments: (I, I) second moments
    of their inputs, or a multiple.
    """
    count = len(moments)
    order = np.argsort(-np.diag(moments))  # the weights that matter most have most to make up
    moments = moments[np.ix_(order, order)]
    moments = moments + np.eye(count) * max(DAMPING * np.diag(moments).mean(), np.finfo(float).eps)
    passed_on = np.linalg.cholesky(np.linalg.inv(moments)).T
    steps = np.abs(filters).max(axis=1).astype(np.float64) / MOST
    steps[steps == 0] = 1
    left = filters[:, order].astype(np.float64)
    rounded = np.empty_like(left)
    for start in range(0, count, BLOCK):
        end = min(start + BLOCK, count)
        errors = np.empty((len(filters), end - start))
        for i in range(start, end):
            rounded[:, i] = np.clip(np.round(left[:, i] / steps), -MOST, MOST) * steps
            error = (left[:, i] - rounded[:, i]) / passed_on[i, i]
            left[:, i + 1 : end] -= np.outer(error, passed_on[i, i + 1 : end])
            errors[:, i - start] = error
        left[:, end:] -= errors @ passed_on[start:end, end:]
    found = np.empty(filters.shape, np.float32)
    found[:, order] = rounded
    return found


def _moments(
    network: keras.Model, convolutions: list[keras.layers.Conv2D], pixels: NDArray[np.float32]
) -> list[NDArray[np.float64]]:
    """Second moments of what each convolution sums, over all faces and places."""
    sizes = [int(np.prod(layer.kernel.shape[:-1])) for layer in convolutions]
    moments = [np.zeros((size, size)) for size in sizes]
    for inputs in inputs_of(network, convolutions, pixels):
        for layer, values, moment in zip(convolutions, inputs, moments, strict=True):
            patches = ops.image.extract_patches(
                values, layer.kernel_size, layer.strides, padding=layer.padding
            )
            rows = ops.reshape(patches, (-1, len(moment)))
            moment += ops.convert_to_numpy(ops.matmul(ops.transpose(rows), rows))
    return moments
