"""Which models there are, and which one is served where nobody says."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.manifest import available_models
from inference.paths import MODELS_DIR
from inference.registry import DEFAULT_MODEL, Measured, model_manifest, recommend
from tests.conftest import ROOT
from tests.model_factory import write_model


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
    assert done.stdout.strip() == (given or "vggface2_resnet50"), done.stderr


def test_a_manifest_is_read_once_and_none_where_there_is_none(tmp_path: Path) -> None:
    write_model(tmp_path / "tiny")
    manifest = model_manifest(tmp_path, "tiny")
    assert manifest is not None
    assert (manifest.name, manifest.initial_weights) == ("tiny", "scratch")
    assert model_manifest(tmp_path, "tiny") is manifest
    assert model_manifest(tmp_path, "elsewhere") is None


def test_what_is_served_by_default_is_shipped() -> None:
    assert DEFAULT_MODEL in available_models(MODELS_DIR)


def models(*figures: tuple[str, float, float]) -> list[Measured]:
    return [Measured(*one) for one in figures]


def test_the_most_accurate_model_that_carries_the_class_is_recommended() -> None:
    known = models(("good", 0.71, 200), ("quick", 0.65, 900), ("slow", 0.75, 99))
    assert recommend(known, 60).name == "good"
    assert recommend(known, 59).name == "slow"
    assert recommend(known, 121).name == "quick"


def test_a_class_that_no_model_carries_gets_the_quickest() -> None:
    assert recommend(models(("good", 0.71, 20), ("quick", 0.65, 30)), 500).name == "quick"
    with pytest.raises(ValueError, match="no models"):
        recommend([], 1)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(0.1, 1e4)), min_size=1, max_size=6),
    st.integers(1, 1000),
)
def test_no_model_that_carries_the_class_is_more_accurate_than_the_recommended(
    figures: list[tuple[float, float]], students: int
) -> None:
    known = [Measured(str(number), *one) for number, one in enumerate(figures)]
    best = recommend(known, students)
    for model in known:
        if model.students >= students:
            assert best.students >= students
            assert best.accuracy >= model.accuracy
