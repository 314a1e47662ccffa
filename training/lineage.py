"""How a model came to be, for its manifest: all trainings from the first weights on."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from inference.labels import EMOTIONS
from training.beginnings import describe, earlier_step
from training.checkpoint import EpochRecord
from training.config import Data, TrainingConfig

MANIFEST: Final = "manifest.json"
DATA_NAMES: Final = {"affectnet": "AffectNet", "fer2013": "FER2013", "folders": "pictures"}
FER2013_ARCHIVE: Final = "FER2013 (28,558 training images, 174 without a face left out)"


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """One training of a lineage.

    began_with: in words. taught_by, averaged_with: the names of earlier trainings. data: in
    words. epochs: those that were run. seconds: their time.
    """

    name: str
    began_with: str
    taught_by: tuple[str, ...]
    averaged_with: tuple[str, ...]
    data: str
    seed: int
    epochs: int
    seconds: int


def lineage_of(
    config: TrainingConfig, history: list[EpochRecord], finished: Path
) -> list[dict[str, Any]]:
    """The records of a training and of all before it, each after those that it needed.

    finished: the folder of the earlier steps' models, whose manifests have their lineages.
    Raises ValueError for a manifest that is missing or has none.
    """
    records: dict[str, dict[str, Any]] = {}
    for step in config.earlier:
        for record in read_lineage(finished / step.name):
            records.setdefault(record["name"], record)
    own = TrainingRecord(
        name=config.name,
        began_with=describe(config.beginning),
        taught_by=tuple(step.name for step in config.teachers),
        averaged_with=tuple(step.name for step in config.averaged_with),
        data=describe_data(config.data),
        seed=config.seed,
        epochs=len(history),
        seconds=round(sum(record.seconds for record in history)),
    )
    return [*records.values(), asdict(own)]


def read_lineage(model: Path) -> list[dict[str, Any]]:
    """The lineage in the manifest of a model's folder; raises ValueError where there is none."""
    lineage: list[dict[str, Any]] | None = _manifest(model).get("lineage")
    if not lineage:
        raise ValueError(f"{model} has no manifest with a lineage; export {model.name} again")
    return lineage


def is_exported(config: TrainingConfig, history: list[EpochRecord], model: Path) -> bool:
    """Whether a model's folder is what this training exports after these epochs."""
    manifest = _manifest(model)
    return manifest.get("fingerprint") == config.fingerprint() and manifest["lineage"][-1][
        "epochs"
    ] == len(history)


def describe_beginning(config: TrainingConfig) -> str:
    """The first weights, by way of which steps they came here, and who had a part in them."""
    beginning, through = config.beginning, []
    while step := earlier_step(beginning):
        through.append(step.name)
        beginning = step.beginning
    text = describe(beginning)
    if through:
        text += f", by way of {_listed(through[::-1])}"
    if config.teachers:
        text += f"; taught by {_listed([step.name for step in config.teachers])}"
    if config.averaged_with:
        text += f"; averaged with {_listed([step.name for step in config.averaged_with])}"
    return text


def describe_data(data: Data) -> str:
    """The training data in words: the sources, what was taken from them, and the votes."""
    parts = []
    for source in data.training:
        if source == Data().training[0]:
            parts.append(FER2013_ARCHIVE)
        else:
            taken = "all" if source.emotions == EMOTIONS else ", ".join(source.emotions)
            parts.append(f"{DATA_NAMES[source.kind]} ({source.path}: {taken})")
    text = " and ".join(parts)
    if data.vote_weight:
        text += ", targets blended with FER+ votes"
    if data.balance != "none":
        text += f", emotions balanced by {data.balance}"
    return text


def _manifest(model: Path) -> dict[str, Any]:
    """The manifest as it is in the folder, empty where it is missing or no JSON object."""
    try:
        content = json.loads((model / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _listed(names: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
