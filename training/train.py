"""Train all that is missing of a recipe, and export it: `python -m training.train RECIPE`.

Run it again to go on after a kill.
"""

import argparse
import logging
import os
import subprocess
import sys
from pathlib import Path

import keras

from training.checkpoint import finished_epochs
from training.config import TrainingConfig
from training.data import read_data
from training.initial_weights import source_of
from training.lineage import is_exported
from training.loop import is_complete, train
from training.recipe import Recipe, load_recipe
from training.workspace import Workspace

logger = logging.getLogger(__name__)


def run(name: str, workspace: Workspace, backbone: Path | None = None) -> Path:
    """Run the steps of a recipe that are not finished; returns the folder of its model.

    name: of a recipe, or a Python file. backbone: the published file that it begins with,
    which is fetched where it is None. A step is finished when its checkpoint is complete and
    its model is the one exported from it. Raises ValueError for whatever cannot be used, among
    it a run of another configuration, before anything is trained.
    """
    recipe = load_recipe(name)
    if backbone and len(recipe.downloads) != 1:
        begins = " and ".join(sorted(recipe.downloads)) or "no published file"
        raise ValueError(f"{recipe.name} begins with {begins}; leave --backbone out")
    for step in recipe.steps:
        finished_epochs(workspace.run_of(step), step.fingerprint())
    for number, step in enumerate(recipe.steps, start=1):
        title = f"step {number} of {len(recipe.steps)}, {step.name}"
        if _is_finished(recipe, step, workspace):
            logger.info("%s: finished", title)
            continue
        logger.info("%s: %d epochs", title, step.epochs)
        keras.utils.clear_session()  # the memory of the steps before
        _train(step, workspace, backbone)
        _export(name, step, workspace)
    return workspace.models_of(recipe, recipe.steps[-1]) / recipe.name


def _is_finished(recipe: Recipe, step: TrainingConfig, workspace: Workspace) -> bool:
    history = finished_epochs(workspace.run_of(step), step.fingerprint())
    model = workspace.models_of(recipe, step) / step.name
    return is_complete(history, step) and is_exported(step, history, model)


def _train(step: TrainingConfig, workspace: Workspace, backbone: Path | None) -> None:
    folder = workspace.run_of(step)
    history = finished_epochs(folder, step.fingerprint())
    if is_complete(history, step):
        return
    source = None if history else source_of(step, workspace.finished, backbone)
    train(step, read_data(step, workspace.data, workspace.finished), folder, source)


def _export(recipe: str, step: TrainingConfig, workspace: Workspace) -> None:
    """In a process of its own where Keras runs on another backend than the one that serves."""
    if keras.backend.backend() == "tensorflow":
        # Only here, so that the other backends do not load TensorFlow as well.
        from training.export import export_step

        export_step(recipe, step.name, workspace)
        return
    folders = {"data": workspace.data, "runs": workspace.runs, "models": workspace.models}
    options = [text for name, path in folders.items() for text in (f"--{name}", str(path))]
    done = subprocess.run(
        [sys.executable, "-m", "training.export", recipe, "--step", step.name, *options],
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        check=False,
    )
    if done.returncode:
        raise ValueError(f"{step.name} is trained but could not be exported")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("recipe", help="a name in training/recipes, or a Python file")
    Workspace.add_options(parser)
    parser.add_argument(
        "--backbone", type=Path, help="the published weights to begin with; fetched by default"
    )
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    try:
        target = run(options.recipe, Workspace.of(options), options.backbone)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"finished {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
