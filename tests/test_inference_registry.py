"""Which models there are, and which one is served where nobody says."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.paths import MODELS_DIR
from inference.registry import FACE_BUDGET_MS, default_model, model_manifest
from tests.conftest import ROOT
from tests.model_factory import write_model


def add(folder: Path, name: str, accuracy: float, cost: float | None) -> None:
    changes: dict[str, Any] = {"measured": {"PrivateTest": {"accuracy": accuracy, "n": 100}}}
    if cost is not None:
        changes["milliseconds_a_face"] = {"1": 3 * cost, "8": cost, "16": cost}
    write_model(folder / name, **changes)


def test_the_most_accurate_of_those_that_carry_a_class_is_served(tmp_path: Path) -> None:
    add(tmp_path, "accurate", 0.71, FACE_BUDGET_MS)
    add(tmp_path, "quick", 0.65, 0.5)
    add(tmp_path, "slow", 0.75, FACE_BUDGET_MS + 0.1)
    add(tmp_path, "unmeasured", 0.8, None)
    assert default_model(tmp_path) == "accurate"


def test_a_model_that_cannot_be_read_or_has_no_figures_is_not_chosen(tmp_path: Path) -> None:
    add(tmp_path, "broken", 0.9, 1.0)
    (tmp_path / "broken" / "manifest.json").write_text("{")
    write_model(tmp_path / "bare", milliseconds_a_face={"8": 1.0})
    assert default_model(tmp_path) == "compact"
    add(tmp_path, "whole", 0.6, 1.0)
    assert default_model(tmp_path) == "whole"


def test_without_any_model_the_error_comes_from_who_opens_it(tmp_path: Path) -> None:
    assert default_model(tmp_path) == "compact"
    assert default_model(tmp_path / "nowhere") == "compact"


@pytest.mark.parametrize("given", [None, "another"])
def test_the_setting_says_otherwise(given: str | None, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "EMOTION_MODEL"}
    environment["DATA_DIR"] = str(tmp_path)
    if given:
        environment["EMOTION_MODEL"] = given
    code = "from engagement_site.settings import EMOTION_MODEL; print(EMOTION_MODEL)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == (given or default_model(MODELS_DIR)), done.stderr


def test_a_manifest_is_read_once_and_none_where_there_is_none(tmp_path: Path) -> None:
    write_model(tmp_path / "tiny")
    manifest = model_manifest(tmp_path, "tiny")
    assert manifest is not None
    assert (manifest.name, manifest.initial_weights) == ("tiny", "scratch")
    assert model_manifest(tmp_path, "tiny") is manifest
    assert model_manifest(tmp_path, "elsewhere") is None
