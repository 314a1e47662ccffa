"""AffectNet as folders with labels.csv, and any folder of emotion-named folders."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from inference.labels import EMOTIONS
from training.datasets.records import (
    IMAGE_SUFFIXES,
    DatasetError,
    Picture,
    emotion_index,
    is_left_out,
    one_hot,
)
from training.datasets.tables import rows

LABELS_FILE: Final = "labels.csv"
LABELS_COLUMNS: Final = frozenset({"pth", "label"})
SPLIT: Final = "Training"
"""Neither has splits of its own: all of it is for training."""


def affectnet_pictures(folder: Path) -> list[Picture]:
    """AffectNet: the pictures that `labels.csv` in the folder lists (columns pth and label).

    pth is relative to the folder; contempt is left out. Raises DatasetError for a wrong path,
    missing columns, an unknown label, a picture that is not there and a table of none.
    """
    table = folder / LABELS_FILE
    if not table.is_file():
        raise DatasetError(f"{table} is not a file; expected AffectNet's folder with its labels")
    pictures = list(_listed(folder, table))
    if not pictures:
        raise DatasetError(f"{table} lists no picture of the seven emotions")
    return pictures


def _listed(folder: Path, table: Path) -> Iterator[Picture]:
    for place, row in rows(table, LABELS_COLUMNS):
        name, word = row["pth"], row["label"]
        label = emotion_index(word)
        if label is None and is_left_out(word):
            continue
        if label is None:
            raise DatasetError(_no_emotion(f"{place}: the label {word!r}"))
        path = folder / name
        if ".." in path.parts or not path.is_file():
            raise DatasetError(f"{place}: there is no picture {name!r} in {folder}")
        yield Picture(path.name, path, one_hot(label), SPLIT, str(folder), str(path))


def folder_pictures(folder: Path) -> list[Picture]:
    """Every picture in a folder of emotion-named folders, at any depth.

    Common synonyms (anger, happiness, sadness, ...) are understood; contempt is left out.
    Raises DatasetError for a wrong path, a folder that is no emotion and no picture at all.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder} is not a folder; expected one of emotion-named folders")
    pictures = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in IMAGE_SUFFIXES or is_left_out(path.parent.name):
            continue
        label = emotion_index(path.parent.name)
        if label is None:
            place = f"{path} lies in the folder {path.parent.name!r}, which"
            raise DatasetError(_no_emotion(place))
        pictures.append(Picture(path.name, path, one_hot(label), SPLIT, str(folder), str(path)))
    if not pictures:
        raise DatasetError(f"{folder} holds no picture; expected folders such as happy/1.png")
    return pictures


def _no_emotion(what: str) -> str:
    return f"{what} is no emotion; expected one of {', '.join(EMOTIONS)}"
