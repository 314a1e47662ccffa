import json
from pathlib import Path

import numpy as np
import pytest

from inference.emotion import EmotionModel
from inference.labels import EMOTIONS
from inference.runtimes.on_tensorflow import TensorFlow
from tests.conftest import ROOT
from tests.generated_faces import write_faces, write_votes
from tests.model_factory import write_model
from training.datasets import Faces, read_fer2013
from training.evaluate import FerPlus, compare_votes, evaluate, main

COMPACT = ROOT / "models" / "compact"


@pytest.fixture(scope="module")
def model() -> EmotionModel:
    return TensorFlow().emotion_model(COMPACT)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / "tiny")


def test_the_command_prints_one_json_object(
    tiny: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = write_faces(tmp_path / "faces", "PrivateTest", 3)
    arguments = ["--model", str(tiny), "--data", str(folder), "--split", "PrivateTest"]
    assert main([*arguments, "--json"]) == 0
    scores = json.loads(capfd.readouterr().out)
    assert scores["model"] == "tiny"
    assert scores["n"] == 21
    assert set(scores["recall"]) == set(EMOTIONS)
    assert 0 <= scores["accuracy"] <= 1
    assert 0 <= scores["macro_f1"] <= 1
    assert 0 <= scores["ece"] <= 1
    assert "ferplus_accuracy" not in scores


def test_votes_beside_the_data_are_compared_with(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_faces(tmp_path / "faces", "PublicTest", 1)
    arguments = ["--model", str(tiny), "--data", str(folder), "--split", "PublicTest"]
    votes = {"ferPu0000": {"anger": 9, "fear": 1}, "ferPu1000": {"anger": 5, "fear": 5}}
    path = write_votes(tmp_path / "fer2013new.csv", votes)
    assert main([*arguments, "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["ferplus_n"] == 1
    assert scores["ferplus_accuracy"] in (0, 1)
    assert main([*arguments, "--votes", str(path)]) == 0
    assert "FER+ majority accuracy" in capsys.readouterr().out
    assert main([*arguments, "--votes", str(tmp_path / "none.csv")]) == 2
    assert "none.csv is not a file" in capsys.readouterr().err


def test_only_faces_with_a_majority_count() -> None:
    probabilities = np.eye(7)[[0, 1, 2, 3]]
    assert compare_votes(probabilities, np.array([0, 2, -1, 3])) == FerPlus(2 / 3, 3)
    assert compare_votes(probabilities, np.full(4, -1)) == FerPlus(None, 0)


def test_a_report_is_written_and_shows_faces_only_when_asked(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_faces(tmp_path / "faces", "PublicTest", 1)
    target = tmp_path / "report.html"
    arguments = ["--model", str(tiny), "--data", str(folder), "--split", "PublicTest"]
    assert main([*arguments, "--html", str(target)]) == 0
    assert "<img" not in target.read_text()
    assert main([*arguments, "--html", str(target), "--pictures"]) == 0
    assert '<img alt="the face" src="data:image/png;base64,' in target.read_text()
    capsys.readouterr()
    assert main([*arguments, "--pictures"]) == 2
    assert "--pictures belongs to the report" in capsys.readouterr().err


def test_without_json_it_prints_a_table(
    tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_faces(tmp_path / "faces", "PublicTest", 1)
    assert main(["--model", str(tiny), "--data", str(folder), "--split", "PublicTest"]) == 0
    table = capsys.readouterr().out
    assert "accuracy" in table
    assert all(emotion in table for emotion in EMOTIONS)


def test_the_shipped_model_recognises_real_faces(model: EmotionModel, shared: Path) -> None:
    faces = read_fer2013(shared / "data" / "fer2013_test.zip", "PrivateTest", model.size)
    rows = np.random.default_rng(0).permutation(len(faces))[:400]
    some = Faces(faces.images[rows], faces.labels[rows], tuple(faces.names[row] for row in rows))
    assert evaluate(model, some).accuracy >= 0.55


def test_the_shipped_model_meets_its_promise() -> None:
    manifest = json.loads((COMPACT / "manifest.json").read_text())
    measured = manifest["measured"]["PrivateTest"]
    assert measured["accuracy"] >= 0.60
    assert measured["n"] == 3573


def test_faces_of_another_size_are_refused(model: EmotionModel) -> None:
    faces = Faces(np.zeros((1, 64, 64, 1), np.uint8), np.array([0]), ("a",))
    with pytest.raises(ValueError, match="compact takes faces of 48 pixels, got 64"):
        evaluate(model, faces)


def test_a_missing_model_or_data_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--model", str(tmp_path / "none")]) == 2
    assert "none" in capsys.readouterr().err
    assert main(["--model", str(COMPACT), "--data", str(tmp_path / "nowhere.zip")]) == 2
    assert "nowhere.zip does not exist" in capsys.readouterr().err
