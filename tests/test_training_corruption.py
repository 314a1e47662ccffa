"""What webcams do to a face: reproducible, bounded, and harder with severity."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests import real_faces
from training.augmentation import resize
from training.corruption import CORRUPTIONS, SEVERITIES, corrupt_some, corrupted

KINDS = sorted(CORRUPTIONS)
CHANGES_GREY = sorted(CORRUPTIONS.keys() - {"colour_cast"})


@pytest.fixture(scope="module")
def face() -> NDArray[np.uint8]:
    """One real face in colour, (1, 64, 64, 3)."""
    return resize(real_faces.face_picture()[None], 64)


def grey(faces: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return faces[..., :1]


def distance(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize("kind", KINDS)
def test_the_fixed_set_is_the_same_whenever_it_is_made(kind: str, face: NDArray[np.uint8]) -> None:
    several = np.concatenate((face, face))
    first, again = corrupted(several, kind, 1.0), corrupted(several, kind, 1.0)
    assert np.array_equal(first, again)
    assert np.array_equal(first[:1], corrupted(face, kind, 1.0)), "whatever stands beside it"


@pytest.mark.parametrize("kind", CHANGES_GREY)
def test_more_severity_changes_more(kind: str, face: NDArray[np.uint8]) -> None:
    mild, strong = (distance(corrupted(face, kind, how), face) for how in SEVERITIES)
    assert 0 < mild < strong


def test_a_wrong_white_balance_leaves_grey_faces_as_they_are(face: NDArray[np.uint8]) -> None:
    assert np.array_equal(corrupted(grey(face), "colour_cast", 1.0), grey(face))
    assert distance(corrupted(face, "colour_cast", 1.0), face) > 0


@given(
    kind=st.sampled_from(KINDS),
    severity=st.floats(0, 1),
    size=st.integers(32, 96),
    channels=st.sampled_from((1, 3)),
    level=st.integers(0, 255),
)
def test_every_face_keeps_its_shape_whatever_it_suffers(
    kind: str, severity: float, size: int, channels: int, level: int
) -> None:
    flat = np.full((2, size, size, channels), level, np.uint8)
    changed = corrupted(flat, kind, severity)
    assert changed.shape == flat.shape
    assert changed.dtype == np.uint8


def test_in_training_so_many_faces_suffer_and_the_rest_stay(face: NDArray[np.uint8]) -> None:
    faces = np.repeat(grey(face), 400, axis=0)
    before = faces.copy()
    changed = corrupt_some(faces, 0.5, np.random.default_rng(1))
    touched = (changed != before).any(axis=(1, 2, 3)).mean()
    assert 0.4 < touched < 0.6
    assert np.array_equal(faces, before), "the teacher's picture stays as it is"
    assert np.array_equal(corrupt_some(faces, 0.0, np.random.default_rng(1)), before)
