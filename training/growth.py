"""vggface2_resnet50 grown from a trained sprout: a larger network that computes the same.

After Net2Net (Chen, Goodfellow, Shlens 2016). Each bottleneck gets a part of the sprout in the
first of its channels; its reduce and increase only carry channels from place to place. What
is left over gets fresh weights, which the sprout's channels do not read yet.

The bottleneck applies a relu after its 3x3 convolution, the sprout none before it adds; so
the second convolution of a block is there twice, with both signs: relu(z) - relu(-z) = z.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import keras
import numpy as np
from numpy.typing import NDArray

from inference.network import load_network
from training.architectures.sprout import SPROUT_BLOCKS, SPROUT_WIDTHS
from training.architectures.vggface2 import SEPARATOR, STAGES
from training.residual_weights import OtherNetworkError
from training.statistics import channel_statistics

Array = NDArray[np.float32]
STREAM: Final = 0
"""The first channels of a stage hold the sprout's; behind them is room for what waits."""
LAST_STAGE: Final = STAGES[-1][0]


@dataclass(frozen=True, slots=True)
class Part:
    """What one bottleneck computes: a convolution of the sprout.

    name: of the sprout's layers. width: its channels. source, target: the first of the
    channels that it reads and adds to. both_signs: for one without a relu behind it.
    """

    name: str
    width: int
    source: int
    target: int
    both_signs: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A convolution of the large network with its normalisation, in the making.

    norm: gamma, beta, mean, variance. known: the channels whose effect must stay as it is;
    the others are fresh.
    """

    name: str
    kernel: Array
    norm: list[Array]
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, model: keras.Model, published: str) -> Self:
        """The layer's fresh kernel, and a normalisation without effect."""
        name = published.replace("/", SEPARATOR)
        kernel = model.get_layer(name).get_weights()[0].copy()
        width = kernel.shape[-1]
        variance = np.float32(1 - model.get_layer(_norm(name)).epsilon)
        norm = [np.full(width, value, np.float32) for value in (1, 0, 0, variance)]
        return cls(name, kernel, norm, np.zeros(width, np.bool_))

    def carry(self, source: int, target: int, width: int, signs: tuple[int, ...] = (1,)) -> None:
        """Copy channels from place to place; with two signs, the difference of two places."""
        columns = slice(target, target + width)
        self.kernel[..., columns] = 0
        for index, sign in enumerate(signs):
            rows = slice(source + index * width, source + (index + 1) * width)
            self.kernel[0, 0, rows, columns] = sign * np.eye(width)
        self.known[columns] = True

    def compute(self, kernel: Array, norm: list[Array], target: int, sign: int = 1) -> None:
        """Do what a convolution of the sprout and its normalisation do, or its negative."""
        given, width = kernel.shape[2:]
        columns = slice(target, target + width)
        gamma, beta, mean, variance = norm
        self.kernel[..., columns] = 0
        self.kernel[:, :, :given, columns] = sign * kernel
        for values, new in zip(self.norm, (gamma, sign * beta, sign * mean, variance), strict=True):
            values[columns] = new
        self.known[columns] = True

    def reserve(self, end: int) -> None:
        """Keep the first channels free of anything but what is carried there."""
        rest = ~self.known
        rest[end:] = False
        self.norm[0][rest] = 0
        self.known[rest] = True


def plan() -> dict[str, Part]:
    """The sprout's convolutions by the bottlenecks, "conv2_1" to "conv5_3", that take them over."""
    parts: dict[str, Part] = {}
    waiting = STREAM
    for stage, (width, count) in enumerate(zip(SPROUT_WIDTHS, SPROUT_BLOCKS, strict=True), start=2):
        level, bottleneck, room = stage - 1, 1, width
        for block in range(1, count + 1):
            name, source = f"level{level}_block{block}", waiting
            if level == 1 or block > 1:
                parts[f"conv{stage}_{bottleneck}"] = Part(
                    f"{name}_first", width, STREAM, room, both_signs=False
                )
                source, bottleneck, room = room, bottleneck + 1, room + width
            parts[f"conv{stage}_{bottleneck}"] = Part(
                f"{name}_second", width, source, STREAM, both_signs=True
            )
            bottleneck += 1
        if stage < LAST_STAGE:
            parts[f"conv{stage}_{bottleneck}"] = Part(
                f"level{level + 1}_block1_first",
                SPROUT_WIDTHS[level],
                STREAM,
                room,
                both_signs=False,
            )
            waiting = room
    return parts


def load_sprout(folder: Path, model: keras.Model, faces: NDArray[np.float32]) -> None:
    """Grow a finished sprout into a vggface2_resnet50, in place, as grow does.

    folder: as training.export wrote it. Raises ModelError for an unusable folder and
    OtherNetworkError for a model that is no sprout.
    """
    manifest, sprout = load_network(folder)
    if manifest.architecture != "sprout":
        raise OtherNetworkError(f"{folder} is a {manifest.architecture}, not a sprout")
    grow(sprout, model, faces)


def grow(sprout: keras.Model, large: keras.Model, faces: NDArray[np.float32]) -> None:
    """Give the backbone of a vggface2_resnet50 the features of a trained sprout, in place.

    faces: (N, S, S, 3) preprocessed, on which the normalisation of the channels that only
    carry, and of the fresh ones, is measured. The first 256 pooled features are then the
    sprout's; the head is left as it is.
    """
    parts = plan()
    drafts = [_stem(sprout, large)]
    for stage, _, count in STAGES:
        numbers = range(1, count + 1)
        inside = [parts[f"conv{stage}_{number}"] for number in numbers]
        reserved = max(part.target + part.width for part in inside)
        for number, part in zip(numbers, inside, strict=True):
            name = f"conv{stage}_{number}"
            drafts += _bottleneck(sprout, large, name, part, reserved)
            if number == 1:
                drafts.append(_projection(large, name, SPROUT_WIDTHS[max(0, stage - 3)], reserved))
    for draft in drafts:
        large.get_layer(draft.name).set_weights([draft.kernel])
        large.get_layer(_norm(draft.name)).set_weights(draft.norm)
    # What is fresh depends on what is fresh before it: its statistics settle in two rounds.
    for _ in range(2):
        _settle(large, drafts, faces)


def _stem(sprout: keras.Model, large: keras.Model) -> Draft:
    draft = Draft.of(large, "conv1/7x7_s2")
    draft.compute(*_small(sprout, "stem"), STREAM)
    return draft


def _bottleneck(
    sprout: keras.Model, large: keras.Model, name: str, part: Part, reserved: int
) -> list[Draft]:
    kernel, norm = _small(sprout, part.name)
    signs = (1, -1) if part.both_signs else (1,)
    reduce, middle, increase = (
        Draft.of(large, f"{name}_{kind}") for kind in ("1x1_reduce", "3x3", "1x1_increase")
    )
    reduce.carry(part.source, STREAM, kernel.shape[2])
    for index, sign in enumerate(signs):
        middle.compute(kernel, norm, index * part.width, sign)
    increase.carry(STREAM, part.target, part.width, signs)
    increase.reserve(reserved)
    return [reduce, middle, increase]


def _projection(large: keras.Model, name: str, width: int, reserved: int) -> Draft:
    draft = Draft.of(large, f"{name}_1x1_proj")
    draft.carry(STREAM, STREAM, width)
    draft.reserve(reserved)
    return draft


def _small(sprout: keras.Model, name: str) -> tuple[Array, list[Array]]:
    norm = sprout.get_layer(f"{name}_norm").get_weights()
    return sprout.get_layer(f"{name}_conv").get_weights()[0], norm


def _norm(convolution: str) -> str:
    return f"{convolution}{SEPARATOR}bn"


def _settle(large: keras.Model, drafts: list[Draft], faces: NDArray[np.float32]) -> None:
    """Let every normalisation know what it meets, so that training changes nothing at once.

    What is known keeps its effect: scale and shift make up for the new mean and variance.
    What is fresh gets unit variance and no mean.
    """
    outputs = [large.get_layer(draft.name).output for draft in drafts]
    for draft, moments in zip(drafts, channel_statistics(large, outputs, faces), strict=True):
        layer = large.get_layer(_norm(draft.name))
        gamma, beta, mean, variance = layer.get_weights()
        new_mean, new_variance = (values.astype(np.float32) for values in moments)
        slope = gamma / np.sqrt(variance + layer.epsilon)
        scale = np.where(draft.known, slope * np.sqrt(new_variance + layer.epsilon), 1)
        shift = np.where(draft.known, beta + slope * (new_mean - mean), 0)
        layer.set_weights([scale, shift, new_mean, new_variance])
