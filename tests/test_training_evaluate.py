import json
import re
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
from training.evaluate import main
from training.measuring import FerPlus, compare_votes, evaluate

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


@pytest.fixture
def tiny_models(tmp_path: Path) -> list[str]:
    """A grey and a colour model, as options."""
    folders = [
        write_model(tmp_path / "models" / name, channels)
        for name, channels in (("grey", 1), ("colour", 3))
    ]
    return [text for folder in folders for text in ("--model", str(folder))]


def test_two_models_are_measured_on_the_same_faces_and_compared(
    tiny_models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_faces(tmp_path / "faces", "PrivateTest", 3)
    target = tmp_path / "report.html"
    arguments = [*tiny_models, "--data", str(folder), "--html", str(target)]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [scores["model"] for scores in found["models"]] == ["grey", "colour"]
    first, second = (scores["accuracy"] for scores in found["models"])
    comparison = found["comparison"]
    assert comparison["difference"] == pytest.approx(second - first)
    assert comparison["low"] <= comparison["difference"] <= comparison["high"]
    assert all(sum(outcome.values()) == 3 for outcome in comparison["outcomes"].values())
    assert "<title>grey and colour: comparison</title>" in target.read_text()
    assert main(arguments) == 0
    table = capsys.readouterr().out
    assert "difference in accuracy" in table
    assert re.search(r"grey +colour\n", table)


def test_models_of_one_name_are_told_apart_by_their_folders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_faces(tmp_path / "faces", "PrivateTest", 1)
    models = [write_model(tmp_path / place / "tiny") for place in ("old", "new")]
    options = [text for model in models for text in ("--model", str(model))]
    assert main([*options, "--data", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [scores["model"] for scores in found["models"]] == [str(model) for model in models]


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--model", "third"], "3 models: --model is given once or twice"),
        (["--html", "report.html", "--pictures"], "belongs to the report of one model"),
        (["--kind", "folders", "--split", "PublicTest"], "folders has no splits"),
    ],
)
def test_options_that_do_not_go_together_are_explained(
    tiny_models: list[str], extra: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*tiny_models, *extra]) == 2
    assert message in capsys.readouterr().err


def test_the_corrupted_set_is_measured_when_it_is_asked_for(
    tiny_models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_faces(tmp_path / "faces", "PublicTest", 1)
    arguments = [*tiny_models[:2], "--data", str(folder), "--split", "PublicTest", "--corrupted"]
    assert main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["corrupted"]["plain"]["accuracy"] == found["accuracy"]
    assert found["corrupted"]["plain"]["balanced_accuracy"] == found["balanced_accuracy"]
    parts = [part for kind in found["corrupted"]["kinds"].values() for part in kind.values()]
    mean = sum(part["accuracy"] for part in parts) / 20
    assert found["corrupted"]["mean"]["accuracy"] == pytest.approx(mean)
    target = tmp_path / "report.html"
    assert main([*arguments, "--html", str(target)]) == 0
    assert "mean of all corrupted" in capsys.readouterr().out
    assert "What webcams and rooms do to it" in target.read_text()


def test_a_mixture_of_data_sets_is_one_measurement(
    tiny_models: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fer = write_faces(tmp_path / "fer", "PrivateTest", 2)
    own = write_faces(tmp_path / "own", "Training", 1) / "train"
    mixture = ["--data", str(fer), "--kind", "fer2013", "--data", str(own), "--kind", "folders"]
    assert main([*tiny_models[:2], *mixture, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["n"], found["split"]) == (21, "PrivateTest")
    assert found["data"] == "PrivateTest of fer and train"
    assert main([*tiny_models[:2], *mixture[4:], "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 7
    assert "split" not in found


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
