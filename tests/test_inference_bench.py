import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference import bench
from inference.emotion import EmotionModel
from inference.paths import MODELS_DIR
from tests.model_factory import write_model


@pytest.fixture(autouse=True)
def few_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "REPEATS", 1)


def test_every_model_is_measured_in_both_precisions_beside_the_first(tmp_path: Path) -> None:
    grey = write_model(tmp_path / "grey")
    colour = write_model(tmp_path / "colour", channels=3)
    image = tmp_path / "class.png"
    cv2.imwrite(str(image), np.full((480, 640, 3), 90, np.uint8))
    result = bench.measure([grey, colour], image)
    assert list(result["models"]) == ["grey", "colour"]
    for precisions in result["models"].values():
        assert set(precisions) == {"float32", "bfloat16"}
        for times in precisions.values():
            assert set(times) == {"1", "8", "16"}
            assert all(time["ms"] > 0 and time["ratio"] > 0 for time in times.values())
    assert result["models"]["grey"]["float32"]["16"]["ratio"] == 1
    assert result["detectors"]["haar"]["ms"] > 0


def test_half_precision_computes_nearly_the_same_but_not_the_same() -> None:
    folder = MODELS_DIR / "compact"
    served, half = EmotionModel.load(folder), bench.load_in_bfloat16(folder)
    faces = np.random.default_rng(3).integers(
        0, 256, (4, served.size, served.size, served.channels), dtype=np.uint8
    )
    difference = np.abs(served.predict(faces) - half.predict(faces)).max()
    assert 1e-5 < difference < 0.1


def test_one_model_by_its_name_is_printed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--model", "compact"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed["models"]) == ["compact"]
    assert printed["detectors"] == {}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "vgg"], "vgg"),
        (["--model", "compact", "--image", "missing.jpg"], "missing.jpg is no picture"),
    ],
)
def test_what_cannot_be_read_is_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(arguments) == 2
    assert message in capsys.readouterr().err
