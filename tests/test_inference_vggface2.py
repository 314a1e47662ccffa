"""The published backbone's layout, and how another one is told from it."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from inference.vggface2 import Weight, first_difference, published_layout
from tests.vggface2_file import write_backbone

LAYOUT = list(published_layout())


def test_the_layout_is_the_published_one(shared: Path) -> None:
    published = json.loads((shared / "models" / "vggface2_resnet50_layout.json").read_text())
    wanted = [
        (layer["layer"], weight["name"], tuple(weight["shape"]))
        for layer in published["layers"]
        for weight in layer["weights"]
    ]
    assert wanted == LAYOUT
    assert sum(math.prod(w.shape) for w in LAYOUT) == published["parameters"]


def test_a_file_of_that_layout_passes_in_any_order_of_layers(tmp_path: Path) -> None:
    assert first_difference(write_backbone(tmp_path / "a.h5", LAYOUT)) is None
    assert first_difference(write_backbone(tmp_path / "b.h5", LAYOUT[::-1])) is None


def without(weights: list[Weight]) -> list[Weight]:
    return [w for w in weights if "conv3_1_1x1_proj/kernel" not in w.name]


def with_another_shape(weights: list[Weight]) -> list[Weight]:
    return [
        w._replace(shape=(3, 3, 64, 65)) if w.name == "conv2_2_3x3/kernel:0" else w for w in weights
    ]


def with_a_top(weights: list[Weight]) -> list[Weight]:
    return [*weights, Weight("classifier", "classifier/kernel:0", (2048, 8631))]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (without, "conv3_1_1x1_proj/kernel:0 is missing"),
        (with_another_shape, "conv2_2_3x3/kernel:0 has the shape (3, 3, 64, 65), the published"),
        (with_a_top, "classifier/kernel:0 is not in the published file"),
    ],
)
def test_the_first_difference_is_named(
    tmp_path: Path, change: Callable[[list[Weight]], list[Weight]], wanted: str
) -> None:
    path = write_backbone(tmp_path / "other.h5", change(LAYOUT))
    assert (first_difference(path) or "").startswith(wanted)


def test_a_number_that_is_none_is_found(tmp_path: Path) -> None:
    path = write_backbone(tmp_path / "broken.h5", LAYOUT)
    with h5py.File(path, "a") as file:
        file["conv5_3_3x3/bn/conv5_3_3x3/bn/moving_variance:0"][7] = np.nan
    assert first_difference(path) == (
        "conv5_3_3x3/bn/moving_variance:0 holds what is no finite number"
    )


@pytest.mark.parametrize("keep", [0, 100, 0.5, 0.999])
def test_a_part_of_a_file_and_other_bytes_are_no_weights(tmp_path: Path, keep: float) -> None:
    content = write_backbone(tmp_path / "whole.h5", LAYOUT).read_bytes()
    part = tmp_path / "part.h5"
    part.write_bytes(content[: int(keep if keep > 1 else keep * len(content))])
    assert "no whole HDF5 file" in (first_difference(part) or "")
    part.write_bytes(b"<html>Sign in to this network</html>" * 100)
    assert "no whole HDF5 file" in (first_difference(part) or "")


def test_a_file_without_the_formats_attributes_is_refused(tmp_path: Path) -> None:
    path = write_backbone(tmp_path / "bare.h5", LAYOUT)
    with h5py.File(path, "a") as file:
        del file.attrs["layer_names"]
    assert "no whole HDF5 file" in (first_difference(path) or "")
