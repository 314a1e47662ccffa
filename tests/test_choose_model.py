"""The command that measures the installed models here and recommends one."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from inference import bench
from tests.data_folder import COMPILED
from tests.model_factory import write_model


@pytest.fixture
def models(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for models, served with Haar, for which nothing else is needed in it."""
    monkeypatch.setattr(bench, "REPEATS", 1)
    settings.MODELS_DIR, settings.FACE_DETECTOR = tmp_path, "haar"
    settings.DATA_DIR = COMPILED.parent
    return tmp_path


def chosen(*arguments: str) -> str:
    out = StringIO()
    call_command("choose_model", *arguments, stdout=out)
    return out.getvalue()


def figures(accuracy: float) -> dict[str, Any]:
    return {"measured": {"PrivateTest": {"accuracy": accuracy, "n": 100}}}


def test_the_most_accurate_of_those_that_carry_the_class_is_named(models: Path) -> None:
    write_model(models / "good", **figures(0.7))
    write_model(models / "poor", **figures(0.6))
    told = chosen("--students", "1")
    assert "good: right for 70.0% of FER2013's PrivateTest" in told
    assert told.index("good: ") < told.index("poor: ")
    assert "Recommended for 1: EMOTION_MODEL=good" in told
    found = json.loads(chosen("--students", "1", "--json"))
    assert found["recommended"] == "good"
    assert found["models"]["poor"]["frames_per_s"] > 0
    assert "None carries so many" in chosen("--students", "1000000")


def test_odd_input_and_broken_models_are_told(models: Path) -> None:
    with pytest.raises(CommandError, match="no models"):
        chosen()
    with pytest.raises(CommandError, match="at least 1"):
        chosen("--students", "0")
    write_model(models / "tiny")
    (models / "tiny" / "weights.npz").write_bytes(b"")
    with pytest.raises(CommandError, match="was altered"):
        chosen()
