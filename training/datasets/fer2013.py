"""FER2013 as Kaggle's image archive (zip or folder) and as fer2013.csv."""

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np

from inference.labels import EMOTIONS
from training.datasets.records import (
    FACE_SIZE,
    IMAGE_SUFFIXES,
    SPLITS,
    DatasetError,
    Faces,
    Picture,
    check_no_empty_class,
    decode,
    emotion_index,
    one_hot,
)
from training.datasets.tables import rows

CSV_COLUMNS: Final = frozenset({"emotion", "pixels", "Usage"})
CSV_LABELS: Final = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""fer2013.csv counts its emotions in an order of its own."""
CSV_SIDE: Final = 48


def read_fer2013(source: Path, split: str, size: int = FACE_SIZE, channels: int = 1) -> Faces:
    """The faces of one split of FER2013 as pixels; see fer2013_pictures and decode."""
    return decode(fer2013_pictures(source, split), size, channels)


def fer2013_pictures(source: Path, split: str) -> list[Picture]:
    """One split of FER2013: its image archive (a zip file or a folder) or fer2013.csv.

    In the archive pictures lie in folders named after emotions (`test/happy/PrivateTest_1.png`),
    at any depth; the file name's start tells the split. Raises DatasetError for a wrong path,
    a folder that is no emotion, a malformed row, a split without pictures and an emotion
    without pictures.
    """
    if split not in SPLITS:
        raise DatasetError(f"unknown split {split!r}; expected one of {', '.join(SPLITS)}")
    if not source.exists():
        raise DatasetError(
            f"{source} does not exist; expected a zip archive, a folder or fer2013.csv"
        )
    if source.suffix.lower() == ".csv":
        pictures = list(_from_csv(source, split))
    else:
        pictures = list(_from_archive(source, split))
    if not pictures:
        raise DatasetError(
            f"{source} has no picture of the split {split}; "
            f"expected names such as happy/{split}_1.png"
        )
    check_no_empty_class(pictures, EMOTIONS, f"{source}: the split {split}")
    return pictures


def _from_archive(source: Path, split: str) -> Iterator[Picture]:
    for path, data in _files(source, f"{split}_"):
        label = emotion_index(path.parent.name)
        if label is None:
            raise DatasetError(
                f"{source}: {path} lies in the folder {path.parent.name!r}, which is no "
                f"emotion; expected one of {', '.join(EMOTIONS)}"
            )
        yield Picture(path.name, data, one_hot(label), split, str(source), f"{source}: {path}")


def _files(source: Path, prefix: str) -> Iterator[tuple[PurePosixPath, bytes | Path]]:
    """Every picture whose name starts with prefix, in the order of its path."""
    if source.is_dir():
        for file in sorted(source.rglob(f"{prefix}*")):
            if file.suffix.lower() in IMAGE_SUFFIXES:
                yield PurePosixPath(file.relative_to(source).as_posix()), file
        return
    try:
        with zipfile.ZipFile(source) as archive:
            for name in sorted(archive.namelist()):
                path = PurePosixPath(name)
                if path.name.startswith(prefix) and path.suffix.lower() in IMAGE_SUFFIXES:
                    yield path, archive.read(name)
    except zipfile.BadZipFile as error:
        raise DatasetError(f"{source} is not a readable zip archive: {error}") from error


def _from_csv(source: Path, split: str) -> Iterator[Picture]:
    """The rows of a split, named by their number as FER+ names them."""
    for number, (place, row) in enumerate(rows(source, CSV_COLUMNS)):
        if row["Usage"] not in SPLITS:
            raise DatasetError(
                f"{place}: Usage is {row['Usage']!r}; expected one of {', '.join(SPLITS)}"
            )
        if row["Usage"] == split:
            label = _csv_label(row["emotion"], place)
            name = f"{split}_fer{number:07d}.png"
            data = _csv_picture(row["pixels"], place)
            yield Picture(name, data, one_hot(label), split, str(source), place)


def _csv_label(value: str, place: str) -> int:
    known = {str(number): name for number, name in enumerate(CSV_LABELS)}
    if value not in known:
        raise DatasetError(f"{place}: emotion is {value!r}; expected a number from 0 to 6")
    return EMOTIONS.index(known[value])


def _csv_picture(pixels: str, place: str) -> bytes:
    """A row's pixels as a lossless picture, as the archive would have it."""
    try:
        values = np.array(pixels.split(), np.int64)
    except ValueError:
        raise DatasetError(f"{place}: the pixels are not all numbers") from None
    if len(values) != CSV_SIDE**2 or values.min() < 0 or values.max() > 255:
        raise DatasetError(
            f"{place}: expected {CSV_SIDE**2} pixels from 0 to 255, found {len(values)} numbers"
        )
    encoded, data = cv2.imencode(".png", values.astype(np.uint8).reshape(CSV_SIDE, CSV_SIDE))
    if not encoded:
        raise DatasetError(f"{place}: the pixels cannot be stored as a picture")
    return data.tobytes()
