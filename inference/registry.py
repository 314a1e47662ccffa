"""Which models there are, and which one is served where nobody says."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from inference.manifest import Manifest, ModelError, find_model, read_manifest

DEFAULT_MODEL: Final = "vggface2_resnet50"
SHARE: Final = 0.6
"""Of what the analysis alone can do: sockets, database and pages need the rest."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A model on one machine. accuracy: 0 to 1, its own. frames_per_s: of the whole analysis."""

    name: str
    accuracy: float
    frames_per_s: float

    @property
    def students(self) -> int:
        """How many it carries there at a frame a second each."""
        return int(SHARE * self.frames_per_s)


def recommend(models: Sequence[Measured], students: int) -> Measured:
    """The most accurate model that carries so many students, or else the one that carries most.

    Raises ValueError without models.
    """
    if not models:
        raise ValueError("there are no models to choose from")
    carrying = [model for model in models if model.students >= students]
    if carrying:
        return max(carrying, key=lambda model: model.accuracy)
    return max(models, key=lambda model: model.frames_per_s)


@functools.cache
def model_manifest(models_dir: Path, name: str) -> Manifest | None:
    """What a model says about itself; None where it cannot be read. Read once."""
    try:
        return read_manifest(find_model(models_dir, name))
    except ModelError:
        return None
