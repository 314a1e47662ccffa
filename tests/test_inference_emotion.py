"""The emotion model: loading, refusing, and the same answer at every batch size."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.emotion import MAX_BATCH, EmotionModel
from inference.labels import EMOTIONS
from inference.manifest import ModelError, read_manifest
from inference.network import load_network
from inference.preprocessing import levelled, standardise, vggface2
from inference.runtimes import RUNTIMES, make_runtime
from inference.runtimes.on_tensorflow import TensorFlow, TracedNetwork
from tests.data_folder import COMPILED
from tests.model_factory import SIZE, sign, write_model, write_weights

NEAR = 0.01
"""Half precision is as near as that."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module", params=RUNTIMES)
def model(request: pytest.FixtureRequest, folder: Path) -> EmotionModel:
    """The same model on each runtime."""
    return make_runtime(request.param, COMPILED).emotion_model(folder)


def faces(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, SIZE, SIZE, 1), np.uint8)


def arrays_of(folder: Path) -> dict[str, np.ndarray]:
    with np.load(folder / "weights.npz") as file:
        return dict(file)


@pytest.mark.parametrize("count", [0, 1, 3, 16, 17, 40])
def test_every_number_of_faces_gets_probabilities(model: EmotionModel, count: int) -> None:
    rows = model.predict(faces(count))
    assert rows.shape == (count, len(EMOTIONS))
    assert rows.dtype == np.float32
    assert np.allclose(rows.sum(axis=1), 1, atol=1e-5)
    assert (rows >= 0).all()


def test_neighbours_in_a_batch_change_nothing(model: EmotionModel) -> None:
    batch = faces(21)
    alone = np.concatenate([model.predict(face[None]) for face in batch])
    assert np.allclose(model.predict(batch), alone, atol=NEAR)


def test_on_tensorflow_the_network_is_traced_once_for_all_batch_sizes(folder: Path) -> None:
    network = TracedNetwork(*load_network(folder))
    model = EmotionModel(read_manifest(folder), network)
    model.warm()
    for count in range(1, 2 * MAX_BATCH + 2):
        model.predict(faces(count))
    assert network.function.experimental_get_tracing_count() == 1


def test_the_answer_is_the_networks_own_in_inference(folder: Path, model: EmotionModel) -> None:
    import keras

    network = keras.models.model_from_json((folder / "model.json").read_text())
    arrays = arrays_of(folder)
    for variable in network.weights:
        variable.assign(arrays[variable.path].astype(np.float32))
    logits = np.asarray(network(standardise(faces(5)), training=False))
    wanted = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(model.predict(faces(5)), wanted, atol=NEAR)


@pytest.mark.parametrize(
    ("preprocessing", "channels", "prepare"), [("vggface2", 3, vggface2), ("levelled", 1, levelled)]
)
def test_a_network_for_colour_gets_faces_as_its_preprocessing_makes_them(
    tmp_path: Path,
    preprocessing: str,
    channels: int,
    prepare: Callable[[NDArray[np.uint8]], NDArray[np.float32]],
) -> None:
    import keras

    given = {"size": SIZE, "channels": channels, "preprocessing": preprocessing}
    folder = write_model(tmp_path / "colour", channels=3, input=given)
    model = TensorFlow().emotion_model(folder)
    model.warm()
    assert model.channels == channels
    shown = np.random.default_rng(3).integers(0, 256, (5, SIZE, SIZE, channels), np.uint8)
    network = keras.models.model_from_json((folder / "model.json").read_text())
    arrays = arrays_of(folder)
    for variable in network.weights:
        variable.assign(arrays[variable.path].astype(np.float32))
    logits = np.asarray(network(prepare(shown), training=False))
    wanted = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert np.allclose(model.predict(shown), wanted, atol=NEAR)
    with pytest.raises(ValueError, match=f"must be .N, {SIZE}, {SIZE}, {channels}."):
        model.predict(np.zeros((2, SIZE, SIZE, 4 - channels), np.uint8))


def test_a_network_for_other_channels_than_the_manifest_says_is_refused(tmp_path: Path) -> None:
    given = {"size": SIZE, "channels": 3, "preprocessing": "vggface2"}
    with pytest.raises(ModelError, match=r"model\.json does not take one BGR face"):
        TensorFlow().emotion_model(write_model(tmp_path / "tiny", input=given))


def test_a_temperature_above_one_makes_the_model_less_sure(
    tmp_path: Path, model: EmotionModel
) -> None:
    cooler = TensorFlow().emotion_model(write_model(tmp_path / "tiny", temperature=4.0))
    sure, unsure = model.predict(faces(8)), cooler.predict(faces(8))
    assert (sure.argmax(axis=1) == unsure.argmax(axis=1)).all()
    assert (sure.max(axis=1) > unsure.max(axis=1)).all()


@pytest.mark.parametrize("shape", [(2, SIZE, SIZE), (2, SIZE + 1, SIZE, 1), (2, SIZE, SIZE, 3)])
def test_faces_of_another_shape_are_refused(model: EmotionModel, shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="faces must be") as caught:
        model.predict(np.zeros(shape, np.uint8))
    assert str(shape) in str(caught.value)


def test_a_misshapen_weight_is_named(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny")
    arrays = arrays_of(folder)
    arrays["conv/kernel"] = arrays["conv/kernel"][..., :3]
    write_weights(folder, arrays)
    sign(folder)
    with pytest.raises(ModelError, match=r"conv/kernel has shape \(3, 3, 1, 3\)"):
        TensorFlow().emotion_model(folder)


def test_a_missing_and_a_surplus_weight_are_named(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny")
    arrays = arrays_of(folder)
    write_weights(folder, arrays | {"extra/kernel": np.zeros(1)})
    sign(folder)
    with pytest.raises(ModelError, match="extra/kernel"):
        TensorFlow().emotion_model(folder)
    del arrays["logits/bias"]
    write_weights(folder, arrays)
    sign(folder)
    with pytest.raises(ModelError, match="no weights for logits/bias"):
        TensorFlow().emotion_model(folder)


@pytest.mark.parametrize("name", ["model.json", "weights.npz"])
def test_a_file_of_another_kind_is_named(tmp_path: Path, name: str) -> None:
    folder = write_model(tmp_path / "tiny")
    (folder / name).write_text("{}")
    sign(folder)
    with pytest.raises(ModelError, match=name):
        TensorFlow().emotion_model(folder)


def test_a_network_with_other_outputs_is_refused(tmp_path: Path) -> None:
    import keras

    folder = write_model(tmp_path / "tiny")
    face = keras.Input((None, None, 1))
    network = keras.Model(face, keras.layers.Conv2D(2, 3, name="conv")(face))
    (folder / "model.json").write_text(network.to_json())
    write_weights(folder, {v.path: v.numpy() for v in network.weights})
    sign(folder)
    with pytest.raises(ModelError, match="must give 7 logits"):
        TensorFlow().emotion_model(folder)


def test_an_altered_file_is_not_loaded(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "tiny")
    (folder / "weights.npz").write_bytes(b"")
    with pytest.raises(ModelError, match="was altered"):
        TensorFlow().emotion_model(folder)
