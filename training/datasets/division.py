"""PublicTest in two: what a training may learn from as well, and what validates it."""

from pathlib import Path
from typing import Final

from inference.labels import EMOTIONS
from training.datasets.duplicates import pixel_hashes
from training.datasets.fer2013 import fer2013_pictures, read_fer2013
from training.datasets.records import Picture, check_no_empty_class, decode

HASHES: Final = 2**256


def divide_public(source: Path, part: float) -> tuple[list[Picture], list[Picture]]:
    """PublicTest's pictures that are trained on, and those that validate.

    source: FER2013, as fer2013_pictures reads it. part: of the pictures to train on, 0 to
    below 1. A hash of its pixels decides for each, so that equal pictures stay together and
    every form of the data set is divided alike; a picture that PrivateTest has too is never
    trained on. Raises DatasetError, also where nothing of an emotion is left to validate.
    """
    pictures = fer2013_pictures(source, "PublicTest")
    if part == 0:
        return [], pictures
    private = set(pixel_hashes(read_fer2013(source, "PrivateTest")))
    trained: list[Picture] = []
    validating: list[Picture] = []
    for picture, pixels in zip(pictures, pixel_hashes(decode(pictures)), strict=True):
        learns = pixels not in private and int.from_bytes(pixels) < part * HASHES
        (trained if learns else validating).append(picture)
    check_no_empty_class(validating, EMOTIONS, f"{source}: what of PublicTest validates")
    return trained, validating
