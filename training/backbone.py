"""The published VGGFace2 backbone, read into the network of its layout."""

from pathlib import Path

import h5py
import keras
import numpy as np

from inference.vggface2 import first_difference
from training.architectures.vggface2 import backbone_layers, published_name


class BackboneError(ValueError):
    """A file that does not hold the backbone; the message names the first difference."""


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
