"""Recipes: those that are shipped, and a small one run, killed, gone on with and run again."""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from inference.paths import MODELS_DIR
from tests.conftest import ROOT
from tests.dlib_file import write_small_dlib
from tests.generated_faces import tiny_config, write_tiny_data
from training.architectures import ARCHITECTURES
from training.beginnings import DLIB, VGGFACE2, Finished
from training.card import model_card
from training.checkpoint import read_history
from training.config import BALANCES
from training.lineage import describe_beginning, lineage_of
from training.recipe import RECIPES, Recipe, load_recipe
from training.train import main, run
from training.workspace import Workspace

NAMES = sorted(file.stem for file in RECIPES.glob("[!_]*.py"))
SHIPPED = sorted(file.parent.name for file in MODELS_DIR.glob("*/manifest.json"))
every_recipe = pytest.mark.parametrize("name", NAMES)
every_shipped = pytest.mark.parametrize("name", SHIPPED)

SOURCE = """
from dataclasses import replace
from tests.generated_faces import tiny_config
from training.beginnings import DLIB, Finished
from training.config import Stage
from training.recipe import Recipe
FIRST = tiny_config("first", beginning=DLIB, stages=(Stage(epochs=1, size=48),))
SMALL = replace(FIRST, name="small", beginning=Finished(FIRST), teachers=(FIRST,),
    teacher_weight=0.5, averaged_with=(FIRST,), stages=(Stage(epochs=3, size=48),), seed={seed})
RECIPE = Recipe((FIRST, SMALL))
"""


@every_recipe
def test_a_shipped_recipe_is_named_as_its_model_and_states_its_command(name: str) -> None:
    recipe = load_recipe(name)
    assert recipe.name == recipe.steps[-1].name == name
    text = (RECIPES / f"{name}.py").read_text()
    assert f"python -m training.train {name}\n" in text
    assert "Measured:" in text


@every_recipe
def test_its_steps_need_only_those_before_them_and_each_is_needed(name: str) -> None:
    steps = load_recipe(name).steps
    for index, step in enumerate(steps):
        assert set(step.earlier) <= set(steps[:index])
    needed = {earlier for step in steps for earlier in step.earlier}
    assert needed == set(steps[:-1])


@every_shipped
def test_the_lineage_of_a_shipped_model_is_what_its_recipe_makes(name: str, tmp_path: Path) -> None:
    manifest = json.loads((MODELS_DIR / name / "manifest.json").read_text())
    steps = load_recipe(name).steps
    for step, shipped in zip(steps, manifest["lineage"], strict=True):
        lineage = lineage_of(step, [], tmp_path)
        made = {"note": "", "epochs": 0, "seconds": 0}
        assert json.loads(json.dumps(lineage[-1])) | made == shipped | made
        assert shipped["epochs"] == step.epochs
        assert shipped["seconds"] > 0
        (tmp_path / step.name).mkdir()
        (tmp_path / step.name / "manifest.json").write_text(json.dumps({"lineage": lineage}))
    assert [record["name"] for record in lineage] == [step.name for step in steps]
    assert manifest["initial_weights"] == describe_beginning(steps[-1])
    assert (MODELS_DIR / name / "MODEL_CARD.md").read_text() == model_card(manifest)


def test_the_trainings_that_compare_balances_differ_in_nothing_else() -> None:
    path = Path("training") / "experiments" / "balance_sampling.py"
    steps = load_recipe(str(ROOT / path)).steps
    assert [step.data.balance for step in steps] == list(BALANCES)
    alike = {
        replace(step, name="", title="", data=replace(step.data, balance="none")) for step in steps
    }
    assert len(alike) == 1
    command = f"python -m training.train {path} --models runs/models\n"
    assert command in (ROOT / path).read_text()
    assert command in (ROOT / "docs" / "training.md").read_text()


def test_the_core_names_no_experiment() -> None:
    names = {step.name for name in NAMES for step in load_recipe(name).steps} | set(NAMES)
    # Where an experiment has its network's name, that name stands for the network.
    experiments = re.compile(rf"\b({'|'.join(sorted(names - set(ARCHITECTURES)))})\b")
    core = [
        file
        for pattern in ("*.py", "*.md")
        for file in (ROOT / "training").rglob(pattern)
        if not {RECIPES, RECIPES.parent / "experiments"} & set(file.parents)
    ]
    assert len(core) > 30
    for file in core:
        text = file.read_text()
        assert not experiments.search(text), file
        assert "training.recipes" not in text, file


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ((), "at least one step"),
        ((tiny_config("one"), tiny_config("one", seed=2)), "two steps are named one"),
        (
            (tiny_config("one", beginning=Finished(tiny_config("two"))), tiny_config("two")),
            "one needs two, which must be a step before it",
        ),
        (
            (tiny_config("one"), tiny_config("two", averaged_with=(tiny_config("one", seed=2),))),
            "two needs one",
        ),
    ],
)
def test_steps_that_make_no_recipe_are_refused(steps: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Recipe(steps)


def test_a_recipe_knows_its_steps_and_the_published_files() -> None:
    assert load_recipe("compact").downloads == {DLIB.download}
    assert load_recipe("vggface2_resnet50_mixed").downloads == {VGGFACE2.download}
    with pytest.raises(ValueError, match="compact has no step 'nothing'; it has: compact_base"):
        load_recipe("compact").step("nothing")


def test_a_file_that_is_no_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.py"
    path.write_text("RECIPE = 3\n")
    with pytest.raises(ValueError, match="must define RECIPE, a Recipe; found 3"):
        load_recipe(str(path))
    path.write_text(SOURCE.format(seed=1))
    with pytest.raises(ValueError, match=r"empty\.py must be named empty, not small"):
        load_recipe(str(path))
    with pytest.raises(ValueError, match="no recipe 'vgg'; known: compact, fer_cnn"):
        load_recipe("vgg")


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_dlib(tmp_path_factory.mktemp("backbone") / "dlib.dat")


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "small.py"
    path.write_text(SOURCE.format(seed=1))
    return path


@pytest.fixture(scope="module")
def workspace(recipe: Path, backbone: Path, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """That of a run which was killed in its second step, then gone on with."""
    folder = tmp_path_factory.mktemp("workspace")
    place = Workspace(write_tiny_data(folder / "data"), folder / "runs", folder / "models")
    options = ["--data", place.data, "--runs", place.runs, "--models", place.models]
    command = [sys.executable, "-m", "training.train", str(recipe), *map(str, options)]
    process = subprocess.Popen(
        [*command, "--backbone", str(backbone)],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 200
    while not (place.runs / "small" / "checkpoint.npz").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)
    process.kill()
    progress = process.communicate()[1]
    assert "step 1 of 2, first: 1 epochs" in progress
    assert "step 2 of 2, small: 3 epochs" in progress
    assert len(read_history(place.runs / "small")) < 3
    # The published file is not needed again.
    assert run(str(recipe), place) == place.models / "small"
    return place


def test_a_killed_run_goes_on_and_exports_every_step(workspace: Workspace) -> None:
    for step, epochs in (("first", 1), ("small", 3)):
        assert len(read_history(workspace.runs / step)) == epochs
    assert [path.name for path in workspace.finished.iterdir()] == ["first"]
    assert [path.name for path in workspace.models.iterdir()] == ["small"]


def test_the_manifest_has_the_lineage_and_the_card_shows_it(workspace: Workspace) -> None:
    model = workspace.models / "small"
    manifest = json.loads((model / "manifest.json").read_text())
    first, last = manifest["lineage"]
    assert (first["name"], first["began_with"]) == ("first", DLIB.title)
    assert (last["name"], last["began_with"]) == ("small", "first")
    assert (last["taught_by"], last["averaged_with"]) == (["first"], ["first"])
    assert [record["epochs"] for record in manifest["lineage"]] == [1, 3]
    for record in manifest["lineage"]:
        assert record["seconds"] >= 0
        assert "faces" in record["data"]
    assert manifest["initial_weights"] == (
        f"{DLIB.title}, by way of first; taught by first; averaged with first"
    )
    assert manifest["command"] == "python -m training.train small.py"
    shown = "`small` began with first; taught by first; averaged with first; seed 1, 3 epochs"
    assert shown in (model / "MODEL_CARD.md").read_text()


def test_what_is_finished_is_skipped_and_what_is_missing_is_made_again(
    workspace: Workspace, recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported = workspace.models / "small" / "manifest.json"
    before = {path: path.stat().st_mtime_ns for path in workspace.runs.parent.rglob("*.*")}
    run(str(recipe), workspace)
    assert before == {path: path.stat().st_mtime_ns for path in workspace.runs.parent.rglob("*.*")}
    trained = []
    monkeypatch.setattr("training.train.train", lambda step, *_: trained.append(step.name))
    exported.unlink()
    run(str(recipe), workspace)
    assert exported.is_file()
    assert trained == []


def test_a_step_that_changed_is_refused_before_anything_is_trained(
    workspace: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "small.py"
    changed.write_text(SOURCE.format(seed=2))
    arguments = ["--data", str(workspace.data), "--runs", str(workspace.runs)]
    assert main([str(changed), *arguments, "--models", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert re.search(r"small/checkpoint\.npz belongs to another configuration", error)
    assert "delete the folder, or choose another with --runs" in error


def test_a_published_file_that_no_step_begins_with_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "tiny.py"
    path.write_text(
        "from tests.generated_faces import tiny_config\n"
        "from training.recipe import Recipe\n"
        "RECIPE = Recipe((tiny_config(),))\n"
    )
    assert main([str(path), "--backbone", "dlib.dat"]) == 2
    assert "tiny begins with no published file; leave --backbone out" in capsys.readouterr().err
