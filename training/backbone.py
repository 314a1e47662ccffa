"""Weights that a training begins with, put into its network, and the file they come in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from inference.fetch import BACKBONE_FILE, DLIB_FILE
from inference.vggface2 import first_difference
from training.architectures.vggface2 import backbone_layers, published_name
from training.augmentation import resize
from training.config import FINISHED, TrainingConfig
from training.dlib_weights import load_dlib
from training.network import look_at
from training.residual_weights import load_compact, load_finished

MEASURED_FACES: Final = 512
"""Faces on which a normalisation that others froze is measured."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Initial weights: their file or folder, the command that gets it, and what they are."""

    file: str
    got_by: str
    title: str


BEGINNINGS: Final[Mapping[str, Beginning]] = MappingProxyType(
    {
        "compact": Beginning(
            "models/compact",
            "python -m training.export compact",
            "our compact network, which began with the one of dlib (CC0)",
        ),
        "compact_base": Beginning(
            "runs/models/compact_base",
            "python -m training.export compact_base --models runs/models",
            "our first compact network, begun with dlib's (CC0)",
        ),
        "compact_taught": Beginning(
            "runs/models/compact_taught",
            "python -m training.export compact_taught --models runs/models",
            "our compact network, begun with dlib's (CC0)",
        ),
        "compact_mean": Beginning(
            "runs/models/compact_mean",
            "python -m training.export compact_mean --models runs/models",
            "the mean of three compact networks of ours, begun with dlib's (CC0)",
        ),
        "dlib": Beginning(
            DLIB_FILE,
            "manage.py fetch_models dlib_face",
            "dlib face recognition network as published (CC0)",
        ),
        "grown": Beginning(
            "grown.h5",
            "python -m training.growth sprout grown.h5",
            "grown from a smaller network of ours, which began with the one of dlib (CC0)",
        ),
        "vggface2": Beginning(
            BACKBONE_FILE,
            "manage.py fetch_models vggface2_resnet50",
            f"VGGFace2 ResNet-50 as published ({BACKBONE_FILE})",
        ),
    }
)
"""By the initial weights that a configuration can name, but scratch."""


class BackboneError(ValueError):
    """A file that does not hold the backbone; the message names the first difference."""


def load_beginning(
    config: TrainingConfig, path: Path, model: keras.Model, faces: NDArray[np.uint8]
) -> None:
    """Put the configuration's initial weights into its network, in place.

    faces: those of the training, (N, S, S, C). Raises ValueError for a file of another kind.
    """
    if config.initial_weights in FINISHED:
        load_finished(path, model)
        return
    known = {"compact": load_compact, "dlib": load_dlib}.get(config.initial_weights)
    if known is None:
        load_backbone(path, model)
        return
    look = look_at(config, config.size)
    some = np.random.default_rng(config.seed).permutation(len(faces))[:MEASURED_FACES]
    known(path, model, look.prepare(resize(faces[some], look.size)))


def load_backbone(path: Path, model: keras.Model) -> None:
    """Put published weights into the backbone of a vggface2_resnet50, in place.

    path: rcmalli_vggface_tf_notop_resnet50.h5 or a file of the same layout. Nothing is
    changed unless the whole file fits. Raises BackboneError for a file that is missing, no
    HDF5, or has other layers, names or shapes.
    """
    if not path.is_file():
        raise BackboneError(
            f"{path} is not a file; "
            "fetch the published weights with `manage.py fetch_models vggface2_resnet50`"
        )
    difference = first_difference(path)
    if difference:
        raise BackboneError(f"{path} is not the published VGGFace2 backbone: {difference}")
    with h5py.File(path, "r") as file:
        for layer in backbone_layers(model):
            group = file[published_name(layer.name)]
            layer.set_weights([np.asarray(group[name]) for name in weight_names(layer)])


def save_backbone(path: Path, model: keras.Model) -> None:
    """Write the backbone of a vggface2_resnet50 as a file of the published layout."""
    layers = backbone_layers(model)
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [published_name(layer.name).encode() for layer in layers]
        for layer in layers:
            group = file.create_group(published_name(layer.name))
            names = weight_names(layer)
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, values in zip(names, layer.get_weights(), strict=True):
                group.create_dataset(name, data=values)


def weight_names(layer: keras.layers.Layer) -> list[str]:
    """The full names of a layer's weights in the published file, in the layer's order."""
    name = published_name(layer.name)
    return [f"{name}/{variable.name}:0" for variable in layer.weights]
