"""An exported model made ready for int8, whole or not at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from inference.labels import EMOTIONS
from inference.manifest import ModelError, read_manifest, verify_files
from inference.runtimes.int8 import FILE
from inference.runtimes.on_openvino import OpenVino
from tests.model_factory import SIZE, residual_network, write_model
from training import int8
from training.datasets import Faces
from training.int8 import add_int8, main, some


@pytest.fixture
def faces() -> Faces:
    rng = np.random.default_rng(5)
    images = rng.integers(0, 256, (70, SIZE, SIZE, 1), np.uint8)
    labels = np.arange(70) % len(EMOTIONS)
    return Faces(images, labels, tuple(f"{number}.png" for number in range(70)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    scores = {"accuracy": 0.1, "macro_f1": 0.1, "ece": 0.1, "recall": {}, "n": 70}
    return write_model(
        tmp_path / "models" / "residual",
        network=residual_network(),
        measured={"PublicTest": scores, "PrivateTest": scores},
        command="python -m training.train residual",
        lineage=[],
    )


def test_the_folder_is_complete_measured_anew_and_served_in_8_bits(
    folder: Path, faces: Faces
) -> None:
    before = (folder / "weights.npz").read_bytes()
    scores = add_int8(folder, faces, faces)
    manifest = read_manifest(folder)
    verify_files(manifest)
    assert FILE in manifest.files
    assert (folder / "weights.npz").read_bytes() != before
    assert manifest.int8["PrivateTest"]["accuracy"] == pytest.approx(scores.accuracy, abs=1e-4)
    assert manifest.measured["PrivateTest"]["n"] == 70
    content = json.loads((folder / "manifest.json").read_text())
    assert content["command"].endswith("residual && python -m training.int8 models/residual")
    assert f"{scores.accuracy:.1%}" in (folder / "MODEL_CARD.md").read_text()
    assert [path.name for path in folder.parent.iterdir()] == ["residual"]
    served = OpenVino(folder.parent.parent / "compiled").emotion_model(folder)
    assert served.precision == "int8"


def test_a_second_time_is_refused(folder: Path, faces: Faces) -> None:
    add_int8(folder, faces, faces)
    with pytest.raises(ModelError, match="already"):
        add_int8(folder, faces, faces)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [("MOST_LOST", -1, "may be lost"), ("SHARE", 0.02, "answers too differently in int8")],
)
def test_what_loses_too_much_is_left_as_it_was(
    folder: Path,
    faces: Faces,
    setting: str,
    value: float,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(int8, setting, value)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ModelError, match=message):
        add_int8(folder, faces, faces)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert [path.name for path in folder.parent.iterdir()] == ["residual"]


def test_faces_are_taken_from_all(faces: Faces) -> None:
    assert some(faces, 10).shape[0] == 10
    assert np.array_equal(some(faces, 10)[-1], faces.images[63])
    assert len(some(faces, 1000)) == 70


def test_a_folder_that_is_no_model_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 2
    assert "manifest.json cannot be read" in capsys.readouterr().err
