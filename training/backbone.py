"""Weights that others published, put into the network that begins with them."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import h5py
import keras
import numpy as np
from numpy.typing import NDArray

from inference.fetch import CATALOGUE, Download
from inference.vggface2 import first_difference
from training.architectures.vggface2 import backbone_layers, published_name
from training.augmentation import resize
from training.config import TrainingConfig
from training.dlib_weights import load_dlib
from training.network import look_at

PUBLISHED: Final[Mapping[str, Download]] = MappingProxyType(
    {"dlib": CATALOGUE["dlib_face"], "vggface2": CATALOGUE["vggface2_resnet50"]}
)
"""The file of each of the initial weights that a configuration can name, but scratch."""
MEASURED_FACES: Final = 512
"""Training faces on which dlib's normalisation is measured."""


class BackboneError(ValueError):
    """A file that does not hold the backbone; the message names the first difference."""


def load_published(
    config: TrainingConfig, path: Path, model: keras.Model, faces: NDArray[np.uint8]
) -> None:
    """Put the configuration's published weights into its network, in place.

    faces: those of the training, (N, S, S, C). Raises ValueError for a file of another kind.
    """
    if config.initial_weights == "vggface2":
        load_backbone(path, model)
        return
    look = look_at(config, config.size)
    some = np.random.default_rng(config.seed).permutation(len(faces))[:MEASURED_FACES]
    load_dlib(path, model, look.prepare(resize(faces[some], look.size)))


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


def weight_names(layer: keras.layers.Layer) -> list[str]:
    """The full names of a layer's weights in the published file, in the layer's order."""
    name = published_name(layer.name)
    return [f"{name}/{variable.name}:0" for variable in layer.weights]
