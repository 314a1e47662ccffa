import json
from pathlib import Path

import keras
import numpy as np
import pytest

from training.architectures import build
from training.architectures.vggface2 import (
    backbone_layers,
    published_name,
    vggface2_resnet50,
)
from training.backbone import weight_names


def names_and_shapes(model: keras.Model) -> list[tuple[str, list[tuple[str, tuple[int, ...]]]]]:
    """Each layer of the backbone with its weights, under their published names."""
    return [
        (
            published_name(layer.name),
            [
                (name, tuple(variable.shape))
                for name, variable in zip(weight_names(layer), layer.weights, strict=True)
            ],
        )
        for layer in backbone_layers(model)
    ]


@pytest.fixture(scope="module")
def resnet() -> keras.Model:
    return vggface2_resnet50()


def test_fer_cnn_has_the_parameters_of_its_published_table() -> None:
    model = build("fer_cnn")
    trainable = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    assert (model.count_params(), trainable) == (4_478_727, 4_474_759)
    assert model.input_shape == (None, 48, 48, 1)
    assert model.output_shape == (None, 7)


def test_twins_see_the_same_in_a_face_and_in_its_mirror_image_and_hear_of_each_other() -> None:
    model = build("compact", widths=(8, 8, 8, 16), blocks=(1, 1, 1, 1), twins=True)
    faces = np.random.default_rng(1).normal(size=(3, 48, 48, 1)).astype(np.float32)
    apart = model.predict_on_batch(faces)
    for level in (1, 2, 3, 4):
        norm = model.get_layer(f"level{level}_twin_norm")
        norm.gamma.assign(np.full(norm.gamma.shape, 0.5, np.float32))
    together = model.predict_on_batch(faces)
    assert np.abs(together - apart).max() > 1e-3
    mirrored = model.predict_on_batch(np.ascontiguousarray(faces[:, :, ::-1]))
    np.testing.assert_allclose(mirrored, together, atol=1e-5)


def test_fer_cnn_drops_a_quarter_after_each_layer() -> None:
    dropouts = [
        layer for layer in build("fer_cnn").layers if isinstance(layer, keras.layers.Dropout)
    ]
    assert [layer.rate for layer in dropouts] == [0.25] * 6


def test_the_backbone_has_every_published_layer_name_and_shape(
    resnet: keras.Model, shared: Path
) -> None:
    layout = json.loads((shared / "models" / "vggface2_resnet50_layout.json").read_text())
    expected = [
        (layer["layer"], [(w["name"], tuple(w["shape"])) for w in layer["weights"]])
        for layer in layout["layers"]
    ]
    assert sorted(names_and_shapes(resnet)) == sorted(expected)
    assert sum(layer.count_params() for layer in backbone_layers(resnet)) == layout["parameters"]


def test_the_backbone_is_the_original_bottleneck(resnet: keras.Model) -> None:
    strides = {
        layer.name: layer.strides
        for layer in backbone_layers(resnet)
        if isinstance(layer, keras.layers.Conv2D)
    }
    halving = {name for name, stride in strides.items() if stride == (2, 2)}
    assert halving == {"conv1-7x7_s2"} | {
        f"conv{stage}_1_1x1_{part}" for stage in (3, 4, 5) for part in ("reduce", "proj")
    }
    assert not any(
        layer.use_bias for layer in backbone_layers(resnet) if hasattr(layer, "use_bias")
    )
    assert resnet.get_layer("conv1-7x7_s2-bn").epsilon == 1e-3
    assert resnet.get_layer("pool1").padding == "valid"


def test_the_network_pools_a_picture_of_the_published_size_from_7_by_7(
    resnet: keras.Model,
) -> None:
    features = keras.Model(resnet.input, resnet.get_layer("conv5_3_relu").output)
    assert features.compute_output_shape((1, 224, 224, 3)) == (1, 7, 7, 2048)
    assert resnet.output_shape == (None, 7)
    assert resnet.layers[-1].activation is keras.activations.linear


def test_the_head_is_a_dense_layer_of_1024(resnet: keras.Model) -> None:
    assert resnet.get_layer("head").kernel.shape == (2048, 1024)
    assert resnet.get_layer("dropout").rate == 0.5
    assert resnet.count_params() == 25_666_503


def test_an_unknown_architecture_lists_the_known_ones() -> None:
    with pytest.raises(
        ValueError, match="'vgg'; known: compact, fer_cnn, sprout, vggface2_resnet50"
    ):
        build("vgg")


def test_an_option_of_another_architecture_is_refused() -> None:
    with pytest.raises(ValueError, match="fer_cnn has no widths; it has: dropout"):
        build("fer_cnn", widths=(8, 8))
