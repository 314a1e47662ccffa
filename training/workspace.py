"""The folders that a recipe reads and writes."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from training.config import TrainingConfig
from training.recipe import Recipe

DATA: Final = Path("../shared/data")
RUNS: Final = Path("runs")
FINISHED: Final = RUNS / "models"
MODELS: Final = Path("models")


@dataclass(frozen=True, slots=True)
class Workspace:
    """data: the data sets. runs: one folder a step. models: where the recipe's model goes."""

    data: Path = DATA
    runs: Path = RUNS
    models: Path = MODELS

    @staticmethod
    def add_options(parser: ArgumentParser) -> None:
        """Give a command one option a folder."""
        parser.add_argument("--data", type=Path, default=DATA, help="folder with the data")
        parser.add_argument("--runs", type=Path, default=RUNS, help="where checkpoints are kept")
        parser.add_argument("--models", type=Path, default=MODELS, help="folder of all models")

    @classmethod
    def of(cls, options: Namespace) -> Self:
        """The folders that a command was given."""
        return cls(options.data, options.runs, options.models)

    @property
    def finished(self) -> Path:
        """The parent of the models of all steps but the last, which other steps read."""
        return self.runs / FINISHED.name

    def run_of(self, step: TrainingConfig) -> Path:
        """The folder of the step's checkpoint and log."""
        return self.runs / step.name

    def models_of(self, recipe: Recipe, step: TrainingConfig) -> Path:
        """The parent of the folder that the step is exported to."""
        return self.models if step == recipe.steps[-1] else self.finished
