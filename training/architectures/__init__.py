"""Networks that training builds by name. Each gives seven logits for a face."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import keras

from training.architectures.compact import compact
from training.architectures.fer_cnn import FER_CNN_SIZE, fer_cnn
from training.architectures.sprout import sprout
from training.architectures.vggface2 import vggface2_resnet50


@dataclass(frozen=True, slots=True)
class Architecture:
    """A network and the input that it is made for.

    build: gives the network with fresh weights; its parameters are the options of a
    configuration. preprocessing: as the manifest names it, where a configuration names no
    other. size: the only side in pixels that the network takes; None where any from 32 up
    will do.
    """

    build: Callable[..., keras.Model]
    preprocessing: str = "standardise"
    size: int | None = None


ARCHITECTURES: Final[dict[str, Architecture]] = {
    "compact": Architecture(compact),
    "fer_cnn": Architecture(fer_cnn, size=FER_CNN_SIZE),
    "sprout": Architecture(sprout, preprocessing="levelled"),
    "vggface2_resnet50": Architecture(vggface2_resnet50, preprocessing="vggface2"),
}


def find(name: str) -> Architecture:
    """The architecture of this name; ValueError names the known ones."""
    if name not in ARCHITECTURES:
        known = ", ".join(sorted(ARCHITECTURES))
        raise ValueError(f"unknown architecture {name!r}; known: {known}")
    return ARCHITECTURES[name]


def check_options(name: str, options: dict[str, object]) -> None:
    """Raise ValueError for an option that the architecture does not have."""
    known = inspect.signature(find(name).build).parameters
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ValueError(
            f"the architecture {name} has no {', '.join(unknown)}; it has: {', '.join(known)}"
        )


def build(name: str, **options: object) -> keras.Model:
    """Build a network with fresh weights; ValueError for an unknown name or option."""
    check_options(name, options)
    return find(name).build(**options)
