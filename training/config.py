"""What one training is made of: a frozen configuration, which is a step of a recipe."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

from inference.preprocessing import PREPROCESSINGS
from training.architectures import check_options, find
from training.augmentation import Augmentation
from training.beginnings import (
    SCRATCH,
    Beginning,
    Finished,
    describe,
    earlier_step,
    fits,
    has_fresh_head,
)
from training.datasets import FACE_SIZE, Source

SMALLEST: Final = 32
"""Pixels: a smaller picture would be pooled away."""
PRECISIONS: Final = ("float32", "mixed_bfloat16")
OPTIMIZERS: Final = ("sgd", "adam")
BALANCES: Final = ("none", "weights", "sampling")


@dataclass(frozen=True, slots=True)
class Data:
    """Where the faces come from; every path is in the data folder.

    training: the sources, mixed. testing: FER2013 with its splits PublicTest and PrivateTest.
    votes: FER+. vote_weight: the votes' part in the targets, 0 to 1. balance: "none", or
    "weights" (a rare emotion's loss counts more) or "sampling" (it is drawn more often).
    face_size: the side in pixels that pictures are kept in memory with.
    """

    training: tuple[Source, ...] = (Source("fer2013", "fer2013_train.zip"),)
    testing: str = "fer2013_test.zip"
    votes: str = "fer2013new.csv"
    vote_weight: float = 0.4
    balance: str = "none"
    face_size: int = FACE_SIZE


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of epochs at one picture size in pixels; the last stage's is the served size.

    restart: the peak of a new learning rate schedule that begins here; None to go on with
    the one before. augmentation: another one than the configuration's.
    """

    epochs: int
    size: int
    restart: float | None = None
    augmentation: Augmentation | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A run of epochs with one learning rate schedule.

    first: the epoch it begins with, counted from 0. frozen: whether the backbone rests.
    """

    first: int
    epochs: int
    learning_rate: float
    frozen: bool


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """One training, complete: the same configuration and seed give the same model.

    preprocessing: a name in inference.preprocessing; the architecture's own where empty.
    widths, blocks, dropout, twins: options of the architecture; its own where not given.
    learning_rate: the peak, reached after warmup_epochs, then a cosine down to zero.
    optimizer: "sgd", with Nesterov's momentum, or "adam" (Kingma and Ba 2015), whose first moment
    decays by momentum and whose rates are smaller, .001 or so. weight_decay: apart from the
    gradient, times the learning rate, for both (Loshchilov and Hutter 2019).
    averaging: the decay of the averaged weights for one step. label_smoothing: the part of a
    target that is spread over all emotions. precision: "float32", or "mixed_bfloat16", which
    computes in half precision and keeps weights whole: faster where the processor has it.
    teachers: earlier steps of the recipe, whose models' mean probabilities are teacher_weight
    of the targets. teachers_mirrored: whether they are also asked about each face's mirror
    image. views: the epochs after which the same changed faces come again, half of them
    mirrored, so that teachers who know both need not be asked again; 0 for new changes in each
    epoch. averaged_with: earlier steps that began as this one and whose models' weights are
    averaged with its own in what is served. patience: the epochs at the served size without a
    better PublicTest accuracy after which training stops; None for never.
    beginning: what the weights begin with. twins_alone: whether the network rests as it began
    and only what its twins hear of each other is trained. A beginning without a head needs
    frozen_epochs, which train the head alone; the rest train everything, at fine_tuning_rate,
    with a schedule of its own.
    bias_votes: the votes' part in the shares of emotions that the exported bias is fitted to.
    Raises ValueError for values that cannot be trained.
    """

    name: str
    title: str
    architecture: str
    stages: tuple[Stage, ...]
    preprocessing: str = ""
    widths: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()
    dropout: float | None = None
    twins: bool | None = None
    seed: int = 1
    batch_size: int = 128
    optimizer: str = "sgd"
    learning_rate: float = 0.1
    warmup_epochs: float = 1.0
    momentum: float = 0.9
    weight_decay: float = 5e-3
    averaging: float = 0.998
    label_smoothing: float = 0.0
    precision: str = "float32"
    teachers: tuple[TrainingConfig, ...] = ()
    teachers_mirrored: bool = False
    teacher_weight: float = 0.0
    views: int = 0
    averaged_with: tuple[TrainingConfig, ...] = ()
    patience: int | None = None
    beginning: Beginning = SCRATCH
    twins_alone: bool = False
    frozen_epochs: int = 0
    fine_tuning_rate: float = 0.0
    bias_votes: float = 0.4
    data: Data = field(default_factory=Data)
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        check_options(self.architecture, self.options)
        if self.preprocessing not in ("", *PREPROCESSINGS):
            raise ValueError(
                f"preprocessing is {self.preprocessing!r}; "
                f"expected one of {', '.join(PREPROCESSINGS)}"
            )
        self._check_stages()
        self._check_phases()
        self._check_views()
        for name, value in (
            ("vote_weight", self.data.vote_weight),
            ("label_smoothing", self.label_smoothing),
            ("teacher_weight", self.teacher_weight),
            ("bias_votes", self.bias_votes),
        ):
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}; expected 0 to 1")
        if not 0 <= self.averaging < 1:
            raise ValueError(f"averaging is {self.averaging}; expected 0 to below 1")
        if self.patience is not None and self.patience < 1:
            raise ValueError(f"patience is {self.patience}; expected at least 1, or None")
        if bool(self.teachers) != (self.teacher_weight > 0):
            raise ValueError(
                f"{len(self.teachers)} teachers with teacher_weight {self.teacher_weight}: "
                "teachers need a weight above 0, and a weight needs teachers"
            )
        for name, word, known in (
            ("precision", self.precision, PRECISIONS),
            ("optimizer", self.optimizer, OPTIMIZERS),
            ("balance", self.data.balance, BALANCES),
        ):
            if word not in known:
                raise ValueError(f"{name} is {word!r}; expected one of {', '.join(known)}")

    @property
    def options(self) -> dict[str, object]:
        """What is given to the architecture."""
        given = {
            "widths": self.widths,
            "blocks": self.blocks,
            "dropout": self.dropout,
            "twins": self.twins,
        }
        return {name: value for name, value in given.items() if value not in ((), None)}

    @property
    def earlier(self) -> tuple[TrainingConfig, ...]:
        """The steps whose models this one needs, each once."""
        begun = earlier_step(self.beginning)
        named = (*((begun,) if begun else ()), *self.teachers, *self.averaged_with)
        return tuple(dict.fromkeys(named))

    @property
    def phases(self) -> tuple[Phase, ...]:
        """One phase; another one after frozen_epochs, and with each restart."""
        peaks = {0: self.learning_rate}
        if self.frozen_epochs:
            peaks[self.frozen_epochs] = self.fine_tuning_rate
        first = 0
        for stage in self.stages:
            if stage.restart is not None:
                peaks[first] = stage.restart
            first += stage.epochs
        starts = sorted(peaks)
        return tuple(
            Phase(start, end - start, peaks[start], frozen=start < self.frozen_epochs)
            for start, end in zip(starts, [*starts[1:], self.epochs], strict=True)
        )

    def phase_at(self, epoch: int) -> Phase:
        """The phase of an epoch, counted from 0."""
        return next(phase for phase in reversed(self.phases) if epoch >= phase.first)

    @property
    def epochs(self) -> int:
        return sum(stage.epochs for stage in self.stages)

    @property
    def size(self) -> int:
        """The side of the served model's input in pixels."""
        return self.stages[-1].size

    def stage_at(self, epoch: int) -> Stage:
        """The stage of an epoch, counted from 0."""
        end = 0
        for stage in self.stages:
            end += stage.epochs
            if epoch < end:
                return stage
        raise ValueError(f"epoch {epoch} is beyond the {self.epochs} of this training")

    def _check_stages(self) -> None:
        if not self.stages or any(stage.epochs < 1 for stage in self.stages):
            raise ValueError(f"stages need at least one epoch each, got {self.stages}")
        if any(stage.size < SMALLEST for stage in self.stages):
            raise ValueError(f"stages need a size of at least {SMALLEST} pixels, got {self.stages}")
        if any(stage.restart is not None and stage.restart <= 0 for stage in self.stages):
            raise ValueError(f"a stage's restart must be above 0, got {self.stages}")
        only = find(self.architecture).size
        if only and any(stage.size != only for stage in self.stages):
            raise ValueError(f"{self.architecture} takes {only} pixels alone, got {self.stages}")

    def _check_views(self) -> None:
        if not self.views:
            return
        if self.views < 0:
            raise ValueError(f"views is {self.views}; expected 0 or more")
        if len(self.stages) > 1:
            raise ValueError("faces that come again do so at one size: views need a single stage")
        if not self.teachers_mirrored and not all(step.twins for step in self.teachers):
            raise ValueError(
                "faces that come again are mirrored, so with views teachers_mirrored must be True, "
                "or all teachers must have twins"
            )

    def _check_phases(self) -> None:
        start = describe(self.beginning)
        if not fits(self.beginning, self.architecture):
            raise ValueError(f"{self.architecture} cannot begin with {start}")
        if self.twins_alone and not (self.twins and isinstance(self.beginning, Finished)):
            raise ValueError(
                "twins_alone leaves the rest as it began: it needs twins=True and a beginning "
                f"that is Finished, not {start}"
            )
        in_two = 0 < self.frozen_epochs < self.epochs and self.fine_tuning_rate > 0
        in_one = self.frozen_epochs == 0 and self.fine_tuning_rate == 0
        if not (in_two if has_fresh_head(self.beginning) else in_one):
            raise ValueError(
                f"beginning with {start}, frozen_epochs is {self.frozen_epochs} of {self.epochs} "
                f"and fine_tuning_rate {self.fine_tuning_rate}: below a fresh head both must be "
                "above 0, with epochs left to fine-tune; other trainings have neither"
            )
        shortest = min(phase.epochs for phase in self.phases)
        if not 0 <= self.warmup_epochs < shortest:
            raise ValueError(
                f"warmup_epochs is {self.warmup_epochs}; it must be less than the "
                f"{shortest} epochs of the training or of its shortest phase"
            )

    def fingerprint(self) -> str:
        """A hash over every value, those of the earlier steps too: a run belongs to one."""
        return hashlib.sha256(repr(self).encode()).hexdigest()
