"""Pictures that are in two splits at once, which makes a measurement look better than it is."""

import hashlib

from training.datasets.records import Faces


def duplicates(one: Faces, other: Faces) -> list[tuple[str, str]]:
    """Names of equal pictures, by a hash of their pixels: (in one, in other), in other's order.

    Both must have been decoded to the same size and channels.
    """
    known = dict(zip(pixel_hashes(one), one.names, strict=True))
    pairs = zip((known.get(pixels) for pixels in pixel_hashes(other)), other.names, strict=True)
    return [(first, second) for first, second in pairs if first is not None]


def pixel_hashes(faces: Faces) -> list[bytes]:
    """A sha256 of each face's pixels."""
    return [hashlib.sha256(image.tobytes()).digest() for image in faces.images]
