"""Which models there are, and which one is served where nobody says."""

import functools
from pathlib import Path
from typing import Final

from inference.manifest import (
    Manifest,
    ModelError,
    available_models,
    find_model,
    read_manifest,
)

FACE_BUDGET_MS: Final = 6.0
"""Sixty faces a second then take 360 ms of each second, and detection has the rest."""
BATCH: Final = "8"
SPLIT: Final = "PrivateTest"
FALLBACK: Final = "compact"


@functools.cache
def model_manifest(models_dir: Path, name: str) -> Manifest | None:
    """What a model says about itself; None where it cannot be read. Read once."""
    try:
        return read_manifest(find_model(models_dir, name))
    except ModelError:
        return None


def default_model(models_dir: Path) -> str:
    """The most accurate model that carries 60 students at 1 frame a second on two cores.

    Accuracy is the manifest's for PrivateTest; carrying means at most FACE_BUDGET_MS a face
    in batches of 8, as measured on two cores at export. A model without these figures, or with a
    manifest that cannot be read, is not chosen; where none is left it is "compact", so that
    whoever opens it says what is wrong.
    """
    manifests = [
        found for name in available_models(models_dir) if (found := _read(models_dir / name))
    ]
    carrying = [manifest for manifest in manifests if _carries_a_class(manifest)]
    if not carrying:
        return FALLBACK
    return max(carrying, key=lambda manifest: manifest.measured[SPLIT]["accuracy"]).folder.name


def _read(folder: Path) -> Manifest | None:
    try:
        return read_manifest(folder)
    except ModelError:
        return None


def _carries_a_class(manifest: Manifest) -> bool:
    cost = manifest.milliseconds_a_face.get(BATCH)
    return (
        cost is not None
        and cost <= FACE_BUDGET_MS
        and "accuracy" in manifest.measured.get(SPLIT, {})
    )
