"""What a training's weights begin with, as data; `training.initial_weights` reads them.

A recipe names one of these kinds. Those with a `step` begin with the finished model of an
earlier step of the recipe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from inference.fetch import BACKBONE_FILE

if TYPE_CHECKING:
    from training.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class Scratch:
    """Fresh random weights."""


@dataclass(frozen=True, slots=True)
class Published:
    """A file of weights that others published.

    download: its name in inference.fetch.CATALOGUE. title: for readers. architecture: the one
    it fits.
    """

    download: str
    title: str
    architecture: str


@dataclass(frozen=True, slots=True)
class Finished:
    """All weights of an earlier step's model, in a network of the same architecture.

    Where only the new network has twins, what they say to each other is fresh and says nothing.
    """

    step: TrainingConfig


@dataclass(frozen=True, slots=True)
class FirstBlocks:
    """The first blocks of an earlier step's compact network, in a sprout."""

    step: TrainingConfig


@dataclass(frozen=True, slots=True)
class Grown:
    """A vggface2_resnet50 grown from an earlier step's sprout: the same features, more room."""

    step: TrainingConfig


SCRATCH: Final = Scratch()
Beginning = Scratch | Published | Finished | FirstBlocks | Grown

DLIB: Final = Published("dlib_face", "dlib face recognition network as published (CC0)", "compact")
VGGFACE2: Final = Published(
    "vggface2_resnet50",
    f"VGGFace2 ResNet-50 as published ({BACKBONE_FILE})",
    "vggface2_resnet50",
)


def earlier_step(beginning: Beginning) -> TrainingConfig | None:
    """The step whose model it is; None for what no step makes."""
    return None if isinstance(beginning, Scratch | Published) else beginning.step


def fits(beginning: Beginning, architecture: str) -> bool:
    """Whether a network of this architecture can begin so."""
    match beginning:
        case Scratch():
            return True
        case Published(architecture=known):
            return known == architecture
        case Finished(step):
            return step.architecture == architecture
        case FirstBlocks(step):
            return (step.architecture, architecture) == ("compact", "sprout")
        case Grown(step):
            return (step.architecture, architecture) == ("sprout", "vggface2_resnet50")


def has_fresh_head(beginning: Beginning) -> bool:
    """Whether only the backbone is known, so that the head is trained alone first."""
    return beginning == VGGFACE2 or isinstance(beginning, Grown)


def describe(beginning: Beginning) -> str:
    """What it is, in a few words."""
    match beginning:
        case Scratch():
            return "scratch"
        case Published(title=title):
            return title
        case Finished(step):
            return step.name
        case FirstBlocks(step):
            return f"the first blocks of {step.name}"
        case Grown(step):
            return f"a network grown from {step.name}"
