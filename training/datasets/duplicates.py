"""Pictures that are in two splits at once, which makes a measurement look better than it is."""

import hashlib

from training.datasets.records import Faces


def duplicates(one: Faces, other: Faces) -> list[tuple[str, str]]:
    """Names of equal pictures, by a hash of their pixels: (in one, in other), in other's order.

    Both must have been decoded to the same size and channels.
    """
    known = {_pixel_hash(one, row): name for row, name in enumerate(one.names)}
    pairs = ((known.get(_pixel_hash(other, row)), name) for row, name in enumerate(other.names))
    return [(first, second) for first, second in pairs if first is not None]


def _pixel_hash(faces: Faces, row: int) -> bytes:
    return hashlib.sha256(faces.images[row].tobytes()).digest()
