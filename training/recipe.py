"""A recipe: all trainings of a model, from its first weights to the one that is exported."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from training.beginnings import Published
from training.config import TrainingConfig

RECIPES: Final = Path(__file__).parent / "recipes"


@dataclass(frozen=True, slots=True)
class Recipe:
    """Trainings in their order; the last one makes the model that the recipe is named after.

    Raises ValueError without steps, for two of one name, and for a step that needs one that
    is not before it.
    """

    steps: tuple[TrainingConfig, ...]

    def __post_init__(self) -> None:
        if not self.steps:
            raise ValueError("a recipe needs at least one step")
        for index, step in enumerate(self.steps):
            before = self.steps[:index]
            if step.name in (other.name for other in before):
                raise ValueError(f"two steps are named {step.name}")
            for needed in step.earlier:
                if needed not in before:
                    raise ValueError(
                        f"{step.name} needs {needed.name}, which must be a step before it"
                    )

    @property
    def name(self) -> str:
        return self.steps[-1].name

    @property
    def downloads(self) -> set[str]:
        """Names in inference.fetch.CATALOGUE of the published files that steps begin with."""
        return {
            step.beginning.download for step in self.steps if isinstance(step.beginning, Published)
        }

    def step(self, name: str) -> TrainingConfig:
        """The step of this name; ValueError names those there are."""
        for step in self.steps:
            if step.name == name:
                return step
        known = ", ".join(step.name for step in self.steps)
        raise ValueError(f"{self.name} has no step {name!r}; it has: {known}")


def load_recipe(name_or_path: str) -> Recipe:
    """Load the RECIPE of training/recipes/NAME.py, or of any Python file given by its path.

    Raises ValueError that names the known recipes or what is wrong with the file, whose last
    step must have its name.
    """
    is_path = name_or_path.endswith(".py")
    path = Path(name_or_path) if is_path else RECIPES / f"{name_or_path}.py"
    if not path.is_file() or path.stem.startswith("_"):
        known = ", ".join(sorted(file.stem for file in RECIPES.glob("[!_]*.py")))
        raise ValueError(f"no recipe {name_or_path!r}; known: {known}")
    spec = importlib.util.spec_from_file_location(f"training_recipe_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    recipe = getattr(module, "RECIPE", None)
    if not isinstance(recipe, Recipe):
        raise ValueError(f"{path} must define RECIPE, a Recipe; found {recipe!r}")
    if recipe.name != path.stem:
        raise ValueError(f"the last step of {path} must be named {path.stem}, not {recipe.name}")
    return recipe
