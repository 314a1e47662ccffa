"""Readers of labelled faces: folders or zip archives of emotion-named folders, FER+ votes."""

import csv
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS

SPLITS: Final = ("Training", "PublicTest", "PrivateTest")
FACE_SIZE: Final = 48
IMAGE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg"})
VOTE_COLUMNS: Final = ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise")
"""The columns of FER+ in the order of EMOTIONS; contempt, unknown and no-face are left out."""


class DatasetError(ValueError):
    """The data cannot be used; the message names the file and says what is expected."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Grey faces with their emotions.

    images: (N, S, S, 1) uint8. labels: (N,) indices into EMOTIONS. names: N file names
    without folder, in the order of the images.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


def read_fer2013(source: Path, split: str, size: int = FACE_SIZE) -> Faces:
    """Read one split of FER2013 as Kaggle's image archive, a zip file or a folder.

    Pictures lie in folders named after emotions (`test/happy/PrivateTest_1.png`), at any
    depth; the file name's start tells the split. A picture of another size is resized.
    Raises DatasetError for a wrong path, a picture that cannot be read, a folder that is
    no emotion, a split without pictures and an emotion without pictures.
    """
    if split not in SPLITS:
        raise DatasetError(f"unknown split {split!r}; expected one of {', '.join(SPLITS)}")
    images: list[NDArray[np.uint8]] = []
    labels: list[int] = []
    names: list[str] = []
    for path, data in _pictures(source, f"{split}_"):
        labels.append(_emotion_of(path, source))
        images.append(_decode(data, path, source, size))
        names.append(path.name)
    if not names:
        raise DatasetError(
            f"{source} has no picture of the split {split}; "
            f"expected names such as happy/{split}_1.png"
        )
    _check_no_empty_class(labels, source, split)
    return Faces(np.stack(images), np.asarray(labels, np.int64), tuple(names))


def one_hot(labels: NDArray[np.int64]) -> NDArray[np.float32]:
    """(N,) indices to (N, 7) rows with a single one."""
    return np.eye(len(EMOTIONS), dtype=np.float32)[labels]


def read_votes(path: Path) -> dict[str, NDArray[np.float32]]:
    """Read fer2013new.csv: the seven emotions' share of the FER+ votes.

    The key is the image's name without its ending. An image for which nobody chose one of
    the seven is left out. Raises DatasetError for a missing file, missing columns and a
    count that is no number.
    """
    if not path.is_file():
        raise DatasetError(f"{path} is not a file; expected the FER+ votes, fer2013new.csv")
    votes: dict[str, NDArray[np.float32]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = {"Image name", *VOTE_COLUMNS} - set(reader.fieldnames or ())
        if missing:
            raise DatasetError(f"{path} lacks the columns {', '.join(sorted(missing))}")
        for row in reader:
            try:
                counts = np.array([float(row[column]) for column in VOTE_COLUMNS], np.float32)
            except (TypeError, ValueError):
                raise DatasetError(
                    f"{path}, line {reader.line_num}: the votes are not all numbers"
                ) from None
            if row["Image name"] and counts.sum() > 0:
                votes[PurePosixPath(row["Image name"]).stem] = counts / counts.sum()
    return votes


def blend_votes(
    faces: Faces, votes: Mapping[str, NDArray[np.float32]], weight: float
) -> NDArray[np.float32]:
    """Mix each face's own label with the FER+ votes for it.

    votes: by what follows the first underscore of the face's file name, without ending.
    weight: 0 for the label alone to 1 for the votes alone; a face without votes keeps its
    label. Returns (N, 7); each row sums to 1.
    """
    targets = one_hot(faces.labels)
    for row, name in enumerate(faces.names):
        share = votes.get(PurePosixPath(name).stem.partition("_")[2])
        if share is not None:
            targets[row] = (1 - weight) * targets[row] + weight * share
    return targets


def _pictures(source: Path, prefix: str) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Every picture whose name starts with prefix, in the order of its path."""
    if source.is_dir():
        for file in sorted(source.rglob(f"{prefix}*")):
            if file.suffix.lower() in IMAGE_SUFFIXES:
                yield PurePosixPath(file.relative_to(source).as_posix()), file.read_bytes()
        return
    if not source.is_file():
        raise DatasetError(f"{source} does not exist; expected a zip archive or a folder")
    try:
        with zipfile.ZipFile(source) as archive:
            for name in sorted(archive.namelist()):
                path = PurePosixPath(name)
                if path.name.startswith(prefix) and path.suffix.lower() in IMAGE_SUFFIXES:
                    yield path, archive.read(name)
    except zipfile.BadZipFile as error:
        raise DatasetError(f"{source} is not a readable zip archive: {error}") from error


def _emotion_of(path: PurePosixPath, source: Path) -> int:
    folder = path.parent.name.lower()
    if folder not in EMOTIONS:
        raise DatasetError(
            f"{source}: {path} lies in the folder {path.parent.name!r}, which is no emotion; "
            f"expected one of {', '.join(EMOTIONS)}"
        )
    return EMOTIONS.index(folder)


def _decode(data: bytes, path: PurePosixPath, source: Path, size: int) -> NDArray[np.uint8]:
    encoded = np.frombuffer(data, np.uint8)
    image = cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE) if len(data) else None
    if image is None:
        raise DatasetError(f"{source}: {path} cannot be read as a picture; replace or delete it")
    if image.shape != (size, size):
        image = cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.uint8)[..., None]


def _check_no_empty_class(labels: list[int], source: Path, split: str) -> None:
    missing = [name for index, name in enumerate(EMOTIONS) if index not in labels]
    if missing:
        raise DatasetError(
            f"{source}: the split {split} has no picture of {', '.join(missing)}; "
            "every emotion needs at least one"
        )
