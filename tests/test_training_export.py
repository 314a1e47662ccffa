import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from inference.labels import EMOTIONS
from inference.network import load_network
from inference.runtimes.on_tensorflow import TensorFlow
from tests.generated_faces import tiny_config, write_tiny_data
from training.card import model_card
from training.checkpoint import AVERAGED, CheckpointError, load_weights
from training.config import Data, Stage, TrainingConfig
from training.data import read_data
from training.datasets import Faces, read_fer2013, shares
from training.export import export, main
from training.lineage import describe_data
from training.loop import train
from training.metrics import fit_bias, score, softmax
from training.network import build_model, look_at, predict_logits
from training.recipe import load_recipe

ALL_SAD = np.eye(len(EMOTIONS), dtype=np.float32)[EMOTIONS.index("sad")]


@pytest.fixture(scope="module")
def config() -> TrainingConfig:
    return tiny_config(stages=(Stage(epochs=1, size=48),), bias_votes=0.3)


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def run(
    config: TrainingConfig, data_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("runs") / config.name
    train(config, read_data(config, data_folder), folder)
    return folder


@pytest.fixture(scope="module")
def testing(data_folder: Path) -> Faces:
    return read_fer2013(data_folder / "faces", "PrivateTest")


@pytest.fixture(scope="module")
def artefact(
    config: TrainingConfig,
    run: Path,
    data_folder: Path,
    testing: Faces,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    validation = read_fer2013(data_folder / "faces", "PublicTest")
    return export(config, run, validation, testing, tmp_path_factory.mktemp("models"))


def test_each_emotion_is_seen_as_often_as_labels_and_votes_have_it(
    config: TrainingConfig, run: Path, data_folder: Path, tmp_path: Path
) -> None:
    validation = read_fer2013(data_folder / "faces", "PublicTest")
    unsure = {name.partition("_")[2][:-4]: ALL_SAD for name in validation.names}
    folder = export(config, run, validation, validation, tmp_path, unsure)
    _, network = load_network(folder)
    logits = predict_logits(network, validation.images, look_at(config, config.size))
    seen = softmax(logits).mean(axis=0)
    expected = (1 - config.bias_votes) / 7 + config.bias_votes * ALL_SAD
    np.testing.assert_allclose(seen, expected, atol=0.01)


def test_the_manifest_describes_the_files_beside_it(artefact: Path) -> None:
    manifest = json.loads((artefact / "manifest.json").read_text())
    assert manifest["labels"] == list(EMOTIONS)
    assert manifest["input"] == {"size": 48, "channels": 1, "preprocessing": "standardise"}
    assert manifest["training_seconds"] >= 0
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((artefact / name).read_bytes()).hexdigest() == digest
    assert {path.name for path in artefact.iterdir()} == {*manifest["files"], "manifest.json"} | {
        "MODEL_CARD.md"
    }


def test_kernels_are_stored_in_half_precision_and_vectors_in_full(artefact: Path) -> None:
    with np.load(artefact / "weights.npz") as weights:
        assert all(
            weights[name].dtype == (np.float16 if weights[name].ndim > 1 else np.float32)
            for name in weights.files
        )


def test_the_served_model_gives_the_averaged_models_probabilities(
    artefact: Path, config: TrainingConfig, run: Path, data_folder: Path, testing: Faces
) -> None:
    manifest = json.loads((artefact / "manifest.json").read_text())
    model = build_model(config)
    load_weights(run / AVERAGED, model)
    look = look_at(config, config.size)
    validation = read_fer2013(data_folder / "faces", "PublicTest")
    known = predict_logits(model, validation.images, look)
    bias = fit_bias(known, shares(validation, {}, config.bias_votes))
    logits = predict_logits(model, testing.images, look) + bias
    expected = softmax(logits, manifest["temperature"])
    served = TensorFlow().emotion_model(artefact).predict(testing.images)
    np.testing.assert_allclose(served, expected, atol=0.01)
    measured = score(served, testing.labels)
    assert manifest["measured"]["PrivateTest"]["n"] == 28
    assert manifest["measured"]["PrivateTest"]["accuracy"] == pytest.approx(
        measured.accuracy, abs=1e-4
    )
    assert manifest["measured"]["PrivateTest"]["ece"] == pytest.approx(measured.ece, abs=1e-4)


def test_exporting_again_replaces_the_artefact_and_leaves_nothing_else(
    artefact: Path,
    config: TrainingConfig,
    run: Path,
    data_folder: Path,
) -> None:
    source = run / "tiny.py"
    source.write_text(
        "from tests.generated_faces import tiny_config\n"
        "from training.config import Stage\n"
        "from training.recipe import Recipe\n"
        "RECIPE = Recipe((tiny_config(stages=(Stage(epochs=1, size=48),)),))\n"
    )
    (artefact / "stale.txt").write_text("old")
    arguments = ["--data", str(data_folder), "--runs", str(run.parent), "--models"]
    assert main([str(source), *arguments, str(artefact.parent)]) == 0
    assert [path.name for path in artefact.parent.iterdir()] == [config.name]
    assert not (artefact / "stale.txt").exists()


def test_a_run_that_was_not_trained_is_explained(
    config: TrainingConfig, testing: Faces, tmp_path: Path
) -> None:
    with pytest.raises(CheckpointError, match="does not exist; train"):
        export(config, tmp_path / "run", testing, testing, tmp_path / "models")
    assert not (tmp_path / "models").exists()


def test_a_mixture_is_described_by_its_sources() -> None:
    assert describe_data(Data()) == (
        "FER2013 (28,558 training images, 174 without a face left out), targets blended with "
        "FER+ votes"
    )
    mixture = load_recipe("vggface2_resnet50_mixed").steps[-1].data
    assert describe_data(mixture) == (
        "AffectNet (affectnet: all) and FER2013 (fer2013_train.zip: angry, disgust, fear, sad, "
        "surprise), targets blended with FER+ votes, emotions balanced by weights"
    )


def test_the_card_states_the_figures_the_limits_and_the_law(artefact: Path) -> None:
    manifest = json.loads((artefact / "manifest.json").read_text())
    card = (artefact / "MODEL_CARD.md").read_text()
    assert card == model_card(manifest)
    assert f"{manifest['measured']['PrivateTest']['accuracy']:.1%}" in card
    for words in ("## Limits", "## Bias", "## Misuse", "Article 5(1)(f)", "never a grade"):
        assert words in card
