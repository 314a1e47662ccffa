"""Files in the form of dlib's published face recognition network, small and with random weights."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from training.architectures import build
from training.dlib_weights import BLOCKS
from training.residual_weights import convolutions


class Block(NamedTuple):
    """A convolution, (filters, channels, side, side), its bias, then a scale and a shift."""

    kernel: np.ndarray[Any, Any]
    bias: np.ndarray[Any, Any]
    scale: np.ndarray[Any, Any]
    shift: np.ndarray[Any, Any]


def random_blocks(shapes: Sequence[tuple[int, ...]], seed: int = 0) -> list[Block]:
    """Blocks for kernels of these shapes, (side, side, channels, filters), the first in colour."""
    rng = np.random.default_rng(seed)
    blocks = []
    for number, (height, width, channels, filters) in enumerate(shapes):
        given = channels * (3 if number == 0 else 1)
        blocks.append(
            Block(
                rng.normal(0, 0.02, (filters, given, height, width)).astype(np.float32),
                rng.normal(0, 0.01, filters).astype(np.float32),
                rng.uniform(0.5, 4, filters).astype(np.float32),
                rng.normal(0, 0.2, filters).astype(np.float32),
            )
        )
    return blocks


def write_dlib(path: Path, blocks: Sequence[Block], *, last: int = 12) -> Path:
    """Write blocks, a fully connected layer behind them, and what dlib writes between tensors."""
    content = b"\x01\x01\x01\x02\x01\x96"
    for block in blocks:
        content += b"\x05con_4" + _tensor(np.concatenate([block.kernel.ravel(), block.bias]))
        content += b"\x01\x20\x01\x03\x01\x03\x81\x01\x00"
        content += b"\x07affine_" + _tensor(np.concatenate([block.scale, block.shift]))
        content += b"\x01\x00\x01\x00"
    content += b"\x04fc_2\x01\x80" + _tensor(np.ones(last, np.float32))
    path.write_bytes(content)
    return path


def write_small_dlib(path: Path) -> Path:
    """Write a file that tiny_config's network can begin with."""
    model = build("compact", widths=(8, 8, 8, 16), blocks=BLOCKS)
    shapes = [tuple(conv.kernel.shape) for conv, _ in convolutions(model)]
    return write_dlib(path, random_blocks(shapes))


def _tensor(values: np.ndarray[Any, Any]) -> bytes:
    header = b"".join(_integer(number) for number in (2, len(values), 1, 1, 1))
    return header + values.astype("<f4").tobytes()


def _integer(value: int) -> bytes:
    length = (value.bit_length() + 7) // 8
    return bytes([length]) + value.to_bytes(length, "little")
