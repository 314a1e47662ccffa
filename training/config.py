"""What one training is made of: a frozen configuration, found by name or by path."""

import dataclasses
import hashlib
import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from training.augmentation import Augmentation

CONFIGS: Final = Path(__file__).parent / "configs"


@dataclass(frozen=True, slots=True)
class Data:
    """Files in the data folder. vote_weight: the FER+ votes' part in the targets, 0 to 1."""

    training: str = "fer2013_train.zip"
    testing: str = "fer2013_test.zip"
    votes: str = "fer2013new.csv"
    vote_weight: float = 0.4


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of epochs at one picture size in pixels; the last stage's is the served size."""

    epochs: int
    size: int


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One training, complete: the same configuration and seed give the same model.

    widths, blocks, dropout: of the architecture. learning_rate: the peak, reached after
    warmup_epochs, then a cosine down to zero. averaging: the decay of the averaged weights
    for one step. Raises ValueError for values that cannot be trained.
    """

    name: str
    title: str
    architecture: str
    widths: tuple[int, ...]
    blocks: tuple[int, ...]
    stages: tuple[Stage, ...]
    seed: int = 1
    batch_size: int = 128
    dropout: float = 0.2
    learning_rate: float = 0.1
    warmup_epochs: float = 1.0
    momentum: float = 0.9
    weight_decay: float = 5e-3
    averaging: float = 0.998
    data: Data = field(default_factory=Data)
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        if not self.stages or any(stage.epochs < 1 for stage in self.stages):
            raise ValueError(f"stages need at least one epoch each, got {self.stages}")
        if any(stage.size < 32 for stage in self.stages):
            raise ValueError(f"stages need a size of at least 32 pixels, got {self.stages}")
        if not 0 <= self.warmup_epochs < self.epochs:
            raise ValueError(
                f"warmup_epochs is {self.warmup_epochs}; it must be less than the "
                f"{self.epochs} epochs of the training"
            )
        if not 0 <= self.data.vote_weight <= 1:
            raise ValueError(f"vote_weight is {self.data.vote_weight}; expected 0 to 1")
        if not 0 <= self.averaging < 1:
            raise ValueError(f"averaging is {self.averaging}; expected 0 to below 1")

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)

    @property
    def size(self) -> int:
        """The side of the served model's input in pixels."""
        return self.stages[-1].size

    def size_at(self, epoch: int) -> int:
        """The picture size of an epoch, counted from 0."""
        end = 0
        for stage in self.stages:
            end += stage.epochs
            if epoch < end:
                return stage.size
        raise ValueError(f"epoch {epoch} is beyond the {self.epochs} of this training")

    def fingerprint(self) -> str:
        """A hash over every value: a checkpoint belongs to exactly one configuration."""
        values = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(values.encode()).hexdigest()


def load_config(name_or_path: str) -> TrainingConfig:
    """Load the CONFIG of training/configs/NAME.py, or of any Python file given by its path.

    Raises ValueError that names the known configurations or what the file lacks.
    """
    is_path = name_or_path.endswith(".py")
    path = Path(name_or_path) if is_path else CONFIGS / f"{name_or_path}.py"
    if not path.is_file() or path.stem.startswith("_"):
        known = sorted(file.stem for file in CONFIGS.glob("[!_]*.py"))
        raise ValueError(f"no configuration {name_or_path!r}; known: {', '.join(known)}")
    spec = importlib.util.spec_from_file_location(f"training_config_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{path} cannot be loaded as Python")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config = getattr(module, "CONFIG", None)
    if not isinstance(config, TrainingConfig):
        raise ValueError(f"{path} must define CONFIG, a TrainingConfig; found {config!r}")
    return config
