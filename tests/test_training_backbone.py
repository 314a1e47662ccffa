from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from inference.vggface2 import Weight, published_layout
from tests.vggface2_file import write_backbone
from training.architectures.vggface2 import backbone_layers, published_name, vggface2_resnet50
from training.backbone import BackboneError, load_backbone, weight_names


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return vggface2_resnet50()


@pytest.fixture
def layout() -> list[Weight]:
    return list(published_layout())


def test_every_weight_of_the_file_reaches_its_variable(
    model: keras.Model, layout: list[Weight], tmp_path: Path
) -> None:
    path = write_backbone(tmp_path / "backbone.h5", layout, seed=3)
    head = model.get_layer("head").get_weights()
    load_backbone(path, model)
    with h5py.File(path) as file:
        for layer in backbone_layers(model):
            group = file[published_name(layer.name)]
            for name, array in zip(weight_names(layer), layer.get_weights(), strict=True):
                np.testing.assert_array_equal(array, group[name])
    for before, after in zip(head, model.get_layer("head").get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_the_order_of_the_layers_in_the_file_does_not_matter(
    model: keras.Model, layout: list[Weight], tmp_path: Path
) -> None:
    path = write_backbone(tmp_path / "backbone.h5", layout[::-1], seed=1)
    load_backbone(path, model)
    with h5py.File(path) as file:
        expected = file["conv2_1_1x1_proj/conv2_1_1x1_proj/kernel:0"][...]
    np.testing.assert_array_equal(model.get_layer("conv2_1_1x1_proj").get_weights()[0], expected)


@pytest.mark.parametrize(
    ("position", "replacement", "message"),
    [
        (1, [], "conv1/7x7_s2/bn/gamma:0 is missing"),
        (
            0,
            [Weight("conv1/7x7_s2", "conv1/7x7_s2/kernel:0", (7, 7, 1, 64))],
            r"conv1/7x7_s2/kernel:0 has the shape \(7, 7, 1, 64\)",
        ),
        (264, [], "conv5_3_1x1_increase/bn/moving_variance:0 is missing"),
    ],
)
def test_the_first_difference_is_named_and_nothing_is_changed(
    model: keras.Model,
    layout: list[Weight],
    tmp_path: Path,
    position: int,
    replacement: list[Weight],
    message: str,
) -> None:
    layout[position : position + 1] = replacement
    before = model.get_weights()
    path = write_backbone(tmp_path / "backbone.h5", layout)
    with pytest.raises(BackboneError, match=rf"backbone\.h5 is not the published .*{message}"):
        load_backbone(path, model)
    for one, other in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_layer_too_many_is_named(
    model: keras.Model, layout: list[Weight], tmp_path: Path
) -> None:
    layout.append(Weight("classifier", "classifier/kernel:0", (2048, 8631)))
    path = write_backbone(tmp_path / "backbone.h5", layout)
    with pytest.raises(BackboneError, match="classifier/kernel:0 is not in the published file"):
        load_backbone(path, model)


def test_a_file_of_another_kind_is_explained(model: keras.Model, tmp_path: Path) -> None:
    path = tmp_path / "backbone.h5"
    path.write_bytes(b"<html>not found</html>")
    with pytest.raises(BackboneError, match=r"backbone\.h5 is not .* HDF5 file"):
        load_backbone(path, model)
    with pytest.raises(BackboneError, match=r"nowhere\.h5 is not a file; fetch"):
        load_backbone(tmp_path / "nowhere.h5", model)
