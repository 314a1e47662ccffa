"""VGGFace2's network from a weights file of the published layout to a served model."""

import json
import zipfile
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from inference.labels import EMOTIONS
from inference.runtimes.on_tensorflow import TensorFlow
from inference.vggface2 import published_layout
from tests.classroom import Pupil, Teacher, until
from tests.generated_faces import tiny_config, write_faces
from tests.server import running_server
from tests.vggface2_file import write_backbone
from training.architectures.vggface2 import SEPARATOR
from training.beginnings import VGGFACE2
from training.checkpoint import read_history
from training.config import Data, Stage, TrainingConfig
from training.data import TrainingData, read_data
from training.datasets import Source, read_fer2013
from training.loop import train
from training.network import build_model
from training.train import main


@pytest.fixture(scope="module")
def config() -> TrainingConfig:
    return tiny_config(
        name="tiny_vggface2",
        title="Tiny fine-tuning",
        architecture="vggface2_resnet50",
        widths=(),
        blocks=(),
        beginning=VGGFACE2,
        stages=(Stage(epochs=2, size=32),),
        frozen_epochs=1,
        learning_rate=0.01,
        fine_tuning_rate=0.001,
        warmup_epochs=0.0,
        data=Data(
            training=(Source("fer2013", "faces"),),
            testing="faces",
            vote_weight=0,
            balance="sampling",
        ),
    )


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Few faces, for the network is large: two batches an epoch."""
    folder = tmp_path_factory.mktemp("data")
    for seed, (split, count) in enumerate((("Training", 4), ("PublicTest", 1), ("PrivateTest", 1))):
        write_faces(folder / "faces", split, count, seed)
    return folder


@pytest.fixture(scope="module")
def data(config: TrainingConfig, data_folder: Path) -> TrainingData:
    return read_data(config, data_folder)


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_backbone(tmp_path_factory.mktemp("backbone") / "b.h5", list(published_layout()), 1)


def checkpoint_weights(run: Path, paths: list[str]) -> dict[str, np.ndarray[Any, Any]]:
    """The weights, not averaged, that the last epoch left, by their paths."""
    with np.load(run / "checkpoint.npz") as arrays:
        return {path: arrays[f"model/{index}"] for index, path in enumerate(paths)}


@pytest.fixture(scope="module")
def recipe(config: TrainingConfig, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny_vggface2.py"
    path.write_text(
        "from training.augmentation import *\nfrom training.beginnings import *\n"
        "from training.config import *\nfrom training.datasets import Source\n"
        f"from training.recipe import Recipe\nRECIPE = Recipe(({config!r},))\n"
    )
    return path


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The MODELS_DIR into which the first test exports and from which the second serves."""
    return tmp_path_factory.mktemp("models")


def test_a_backbone_is_frozen_then_tuned_and_exported_by_one_command(
    config: TrainingConfig,
    recipe: Path,
    data_folder: Path,
    backbone: Path,
    models: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folders = ["--data", str(data_folder), "--runs", str(tmp_path), "--models", str(models)]
    command, run = [str(recipe), *folders], tmp_path / config.name
    # What a face costs is measured at the export, and is of no interest here.
    monkeypatch.setattr("inference.bench.REPEATS", 1)

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    # Stopped right after phase one's only epoch was saved.
    with monkeypatch.context() as patch:
        patch.setattr("training.loop.write_log", interrupt)
        with pytest.raises(KeyboardInterrupt):
            main([*command, "--backbone", str(backbone)])
    assert len(read_history(run)) == 1
    paths = [variable.path for variable in build_model(config).variables]
    frozen = checkpoint_weights(run, paths)
    assert_is_published(frozen, backbone)
    assert np.ptp(frozen["logits/bias"]) > 0

    # Going on needs no backbone: the checkpoint has it.
    assert main(command) == 0
    history = read_history(run)
    assert [record.epoch for record in history] == [1, 2]
    tuned = checkpoint_weights(run, paths)
    for path in ("conv1-7x7_s2/kernel", "conv1-7x7_s2-bn/gamma", "conv1-7x7_s2-bn/moving_mean"):
        assert not np.array_equal(tuned[path], frozen[path]), path

    artefact = models / config.name
    manifest = json.loads((artefact / "manifest.json").read_text())
    assert manifest["input"] == {"size": 32, "channels": 3, "preprocessing": "vggface2"}
    assert "VGGFace2" in manifest["initial_weights"]
    assert manifest["command"] == "python -m training.train tiny_vggface2.py"
    model = TensorFlow().emotion_model(artefact)
    assert model.channels == 3
    with np.load(artefact / "weights.npz") as arrays:
        moved = arrays["conv1-7x7_s2-bn/moving_mean"] != frozen["conv1-7x7_s2-bn/moving_mean"]
    # Only where phase two was the better one is it what is served.
    assert moved.any() == (history[1].public_accuracy >= history[0].public_accuracy)
    testing = read_fer2013(data_folder / "faces", "PrivateTest", config.size, channels=3)
    probabilities = model.predict(testing.images[:3])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


async def test_the_site_serves_it_and_says_by_its_name_what_it_began_with(
    models: Path, face_jpeg: bytes
) -> None:
    environment = {"MODELS_DIR": str(models), "EMOTION_MODEL": "tiny_vggface2"}
    says = "Tiny fine-tuning (initial weights: VGGFace2 ResNet-50 as published"
    with running_server(**environment) as server:
        assert server.health()["model"]["name"] == "tiny_vggface2"
        teacher = Teacher(server)
        session = teacher.open_session()
        pupil = Pupil(server, session.code)
        async with pupil.socket() as socket:
            answer = await socket.frame(face_jpeg)
        assert answer["emotion"] in EMOTIONS
        until(lambda: pupil.stored == 1)
        for page in (f"/join/{session.code}/class/", f"/sessions/{session.pk}/live/"):
            asking = pupil if "join" in page else teacher
            assert 'href="/model/"' in asking.get(page)[1]
        assert says in pupil.get("/model/")[1]
        teacher.end(session.pk)
        assert says in teacher.get(f"/sessions/{session.pk}/report/")[1]


def assert_is_published(weights: dict[str, np.ndarray[Any, Any]], backbone: Path) -> None:
    """Neither the weights nor the moving statistics differ from the file's."""
    with h5py.File(backbone) as file:
        for weight in published_layout():
            variable = weight.name.split("/")[-1].removesuffix(":0")
            path = f"{weight.layer.replace('/', SEPARATOR)}/{variable}"
            expected = file[f"{weight.layer}/{weight.name}"][...]
            np.testing.assert_array_equal(weights[path], expected, err_msg=path)


def test_published_weights_must_be_named(
    config: TrainingConfig, data: TrainingData, tmp_path: Path
) -> None:
    with pytest.raises(
        ValueError,
        match=r"tiny_vggface2 begins with VGGFace2 ResNet-50 as published .*: name its place",
    ):
        train(config, data, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_training_from_scratch_takes_no_backbone(data: TrainingData, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"tiny begins from scratch, not with .*b\.h5"):
        train(tiny_config(), data, tmp_path, tmp_path / "b.h5")


def test_a_damaged_backbone_ends_the_command_with_its_name(
    recipe: Path, data_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged.h5"
    with zipfile.ZipFile(damaged, "w"):
        pass
    arguments = ["--data", str(data_folder), "--runs", str(tmp_path / "runs")]
    assert main([str(recipe), *arguments, "--backbone", str(damaged)]) == 2
    assert "damaged.h5 is not the published VGGFace2 backbone" in capsys.readouterr().err
