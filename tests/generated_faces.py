"""Pictures in the layout of FER2013's archive, for tests of training that need no real data."""

import csv
import zipfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from training.augmentation import Augmentation
from training.config import Data, Stage, TrainingConfig
from training.datasets import VOTE_COLUMNS, Source


def draw_face(label: int, rng: np.random.Generator, size: int = 48) -> NDArray[np.uint8]:
    """Noise with a bright disc whose place depends on the label: (size, size), easy to learn."""
    face = rng.integers(60, 120, (size, size), dtype=np.uint8)
    angle = 2 * np.pi * label / len(EMOTIONS)
    centre = (
        round(size / 2 + size / 3 * np.cos(angle)),
        round(size / 2 + size / 3 * np.sin(angle)),
    )
    cv2.circle(face, centre, size // 8, 250, -1)
    return face


def write_faces(folder: Path, split: str, per_emotion: int, seed: int = 0) -> Path:
    """Write `folder/test|train/<emotion>/<split>_ferNNN.png`; returns the folder."""
    rng = np.random.default_rng(seed)
    part = "train" if split == "Training" else "test"
    for label, emotion in enumerate(EMOTIONS):
        place = folder / part / emotion
        place.mkdir(parents=True, exist_ok=True)
        for number in range(per_emotion):
            name = f"{split}_fer{split[:2]}{label}{number:03d}.png"
            if not cv2.imwrite(str(place / name), draw_face(label, rng)):
                raise OSError(f"cannot write {place / name}")
    return folder


def write_votes(path: Path, votes: dict[str, dict[str, int]]) -> Path:
    """Write FER+ votes; those not given are zero."""
    columns = ["Usage", "Image name", *VOTE_COLUMNS, "contempt", "unknown", "NF"]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="0")
        writer.writeheader()
        writer.writerows({"Image name": name, **counts} for name, counts in votes.items())
    return path


def zip_folder(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(folder.rglob("*.*")):
            archive.write(path, path.relative_to(folder).as_posix())
    return target


def tiny_config(name: str = "tiny", epochs: int = 3, **changes: Any) -> TrainingConfig:
    """A training of seconds over `write_tiny_data`'s folder."""
    values: dict[str, Any] = {
        "name": name,
        "title": "Tiny network",
        "architecture": "compact",
        "widths": (8, 8, 8, 16),
        "blocks": (1, 1, 1, 1),
        "stages": (Stage(epochs=epochs - 1, size=32), Stage(epochs=1, size=48)),
        "warmup_epochs": 0.5,
        "batch_size": 14,
        "averaging": 0.5,
        "data": Data(training=(Source("fer2013", "faces"),), testing="faces"),
        "augmentation": Augmentation(flip=0.0, rotation=5.0, scale=0.05, shift=0.05),
    }
    return TrainingConfig(**{**values, **changes})


def write_tiny_data(folder: Path) -> Path:
    """A data folder for tiny_config: three splits of a few faces, votes for one of them."""
    for seed, (split, count) in enumerate(
        (("Training", 20), ("PublicTest", 4), ("PrivateTest", 4))
    ):
        write_faces(folder / "faces", split, count, seed)
    write_votes(folder / "fer2013new.csv", {"ferTr0000": {"anger": 5, "fear": 5}})
    return folder
