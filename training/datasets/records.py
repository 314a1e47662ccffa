"""What every reader gives, a list of labelled pictures, and the way from it to pixels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS

SPLITS: Final = ("Training", "PublicTest", "PrivateTest")
FACE_SIZE: Final = 48
IMAGE_SUFFIXES: Final = frozenset({".png", ".jpg", ".jpeg"})
SYNONYMS: Final[dict[str, str]] = {
    "anger": "angry",
    "disgusted": "disgust",
    "fearful": "fear",
    "happiness": "happy",
    "sadness": "sad",
    "surprised": "surprise",
}
LEFT_OUT: Final = frozenset({"contempt"})
"""What other data sets know beside the seven emotions; such a picture is passed over."""


class DatasetError(ValueError):
    """The data cannot be used; the message names the file and says what is expected."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One labelled picture of a face.

    name: the file's name without its folder. data: the encoded picture, or the path of its
    file. distribution: (7,) float32 in the order of EMOTIONS, summing to 1. split: one of
    SPLITS. source: the data set's path. place: where in the source, for messages.
    """

    name: str
    data: bytes | Path = field(repr=False)
    distribution: NDArray[np.float32]
    split: str
    source: str
    place: str


@dataclass(frozen=True, slots=True)
class Faces:
    """Faces with their emotions.

    images: (N, S, S, C) uint8, C = 1 for grey and 3 for BGR. labels: (N,) indices into
    EMOTIONS. names: N file names without folder, in the order of the images.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


def emotion_index(word: str) -> int | None:
    """The place in EMOTIONS of a folder's or a table's word for it, None for no emotion."""
    word = word.strip().lower()
    word = SYNONYMS.get(word, word)
    return EMOTIONS.index(word) if word in EMOTIONS else None


def is_left_out(word: str) -> bool:
    """Whether the word names an emotion beside the seven."""
    return word.strip().lower() in LEFT_OUT


def one_hot(labels: NDArray[np.integer] | int) -> NDArray[np.float32]:
    """(N,) indices to (N, 7) rows with a single one; one index to (7,)."""
    return np.asarray(np.eye(len(EMOTIONS), dtype=np.float32)[labels])


def distributions(pictures: Sequence[Picture]) -> NDArray[np.float32]:
    """The pictures' targets for training, (N, 7)."""
    return np.stack([picture.distribution for picture in pictures])


def decode(pictures: Sequence[Picture], size: int = FACE_SIZE, channels: int = 1) -> Faces:
    """Decode pictures, at least one, into memory: N * size * size * channels bytes.

    A picture of another size is resized, one without colours has three equal channels. Raises
    DatasetError, which names the file, for one that cannot be read.
    """
    return Faces(
        np.stack([_decode(picture, size, channels) for picture in pictures]),
        distributions(pictures).argmax(axis=1),
        tuple(picture.name for picture in pictures),
    )


def check_no_empty_class(pictures: Iterable[Picture], emotions: Sequence[str], whole: str) -> None:
    """Raise DatasetError where one of the emotions has no picture; whole names the data."""
    found = {EMOTIONS[int(picture.distribution.argmax())] for picture in pictures}
    missing = [emotion for emotion in emotions if emotion not in found]
    if missing:
        raise DatasetError(
            f"{whole} has no picture of {', '.join(missing)}; every emotion needs at least one"
        )


def _decode(picture: Picture, size: int, channels: int) -> NDArray[np.uint8]:
    try:
        data = picture.data if isinstance(picture.data, bytes) else picture.data.read_bytes()
    except OSError as error:
        raise DatasetError(f"{picture.place} cannot be read: {error.strerror}") from error
    flag = cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR
    image = cv2.imdecode(np.frombuffer(data, np.uint8), flag) if data else None
    if image is None:
        raise DatasetError(f"{picture.place} cannot be read as a picture; replace or delete it")
    if image.shape[:2] != (size, size):
        # As crop_face does when serving.
        interpolation = cv2.INTER_AREA if max(image.shape[:2]) > size else cv2.INTER_CUBIC
        image = cv2.resize(image, (size, size), interpolation=interpolation)
    return np.asarray(image, np.uint8).reshape(size, size, channels)
