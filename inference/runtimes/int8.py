"""A network for OpenVINO computed in 8 bits, where its folder says between which values.

Kernels that training.int8 has rounded already mostly stay; what reaches them is rounded.
"""

import zipfile
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.manifest import ModelError
from inference.runtimes.silent import openvino

FILE: Final = "int8.npz"
LEVELS: Final = 256
KERNEL_LEVELS: Final = 255
"""Of a filter: -127 to 127 times its step."""
SMALLEST: Final = 1e-8


def read_ranges(folder: Path) -> NDArray[np.float32]:
    """The (N, 2) least and greatest values of rounded_inputs(). Raises ModelError for none."""
    path = folder / FILE
    try:
        with np.load(path, allow_pickle=False) as file:
            ranges = np.asarray(file["ranges"], np.float32)
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelError(f"{path} holds no ranges ({error}). {_again(folder)}") from None
    if ranges.ndim != 2 or ranges.shape[1] != 2 or not (ranges[:, 0] < ranges[:, 1]).all():
        raise ModelError(f"{path} holds no ranges, but {ranges.shape}. {_again(folder)}")
    return ranges


def rounded_inputs(network: openvino.Model) -> list[openvino.Input]:
    """What convolutions and the sums of two branches take, in the network's order."""
    inputs = []
    for node in network.get_ordered_ops():
        if node.get_type_name() == "Convolution":
            inputs.append(node.input(0))
        elif node.get_type_name() == "Add" and node.get_output_element_type(0).is_real():
            ends = node.inputs()
            inputs += ends if not any(map(_is_constant, ends)) else []
    return inputs


def round_to_int8(network: openvino.Model, ranges: NDArray[np.float32], folder: Path) -> None:
    """Have a network computed in 8 bits, its inputs between the ranges of read_ranges().

    Changes the network. Raises ModelError, which names the folder, where they do not fit it.
    """
    inputs = rounded_inputs(network)
    if len(inputs) != len(ranges):
        raise ModelError(
            f"{folder / FILE} has {len(ranges)} ranges, the network {len(inputs)} places. "
            f"{_again(folder)}"
        )
    sources = [each.get_source_output() for each in inputs]
    kernels = [each.get_node().input(1) for each in inputs if _is_convolution(each)]
    rounded: dict[tuple[str, int], openvino.Node] = {}
    for each, source, (low, high) in zip(inputs, sources, ranges, strict=True):
        place = source.get_node().get_friendly_name(), source.get_index()
        if place not in rounded:
            rounded[place] = _rounded(source, np.float32(low), np.float32(high), LEVELS)
        each.replace_source_output(rounded[place].output(0))
    for kernel in kernels:
        _round_kernel(kernel)
    network.validate_nodes_and_infer_types()


def _round_kernel(kernel: openvino.Input) -> None:
    source = kernel.get_source_output()
    node = source.get_node()
    if node.get_type_name() == "Convert":  # kept in half precision
        node = node.input_value(0).get_node()
    filters = np.array(node.data, np.float32)
    most = np.abs(filters).max(axis=(1, 2, 3), keepdims=True).clip(SMALLEST)
    kernel.replace_source_output(_rounded(source, -most, most, KERNEL_LEVELS).output(0))


def _rounded(
    source: openvino.Output,
    low: NDArray[np.float32] | np.float32,
    high: NDArray[np.float32] | np.float32,
    levels: int,
) -> openvino.Node:
    ends = [openvino.opset13.constant(np.asarray(end, np.float32)) for end in (low, high)]
    return openvino.opset13.fake_quantize(source, *ends, *ends, levels)


def _is_convolution(end: openvino.Input) -> bool:
    return bool(end.get_node().get_type_name() == "Convolution")


def _is_constant(end: openvino.Input) -> bool:
    node = end.get_source_output().get_node()
    if node.get_type_name() == "Convert":
        node = node.input_value(0).get_node()
    return bool(node.get_type_name() == "Constant")


def _again(folder: Path) -> str:
    return f"Make it: python -m training.int8 {folder}, or remove it from the folder and manifest."
