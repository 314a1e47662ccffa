"""The crop and the standardisation that training and serving share."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.preprocessing import crop_face, standardise

SIDES = st.integers(-300, 300)


@given(x=SIDES, y=SIDES, w=st.integers(1, 400), h=st.integers(1, 400))
def test_any_box_gives_a_face_of_the_asked_size(x: int, y: int, w: int, h: int) -> None:
    image = np.full((60, 80, 3), 90, np.uint8)
    crop = crop_face(image, (x, y, w, h), 48)
    assert crop.shape == (48, 48, 1)
    assert crop.dtype == np.uint8
    assert (crop == 90).all()


def test_the_crop_is_the_middle_of_the_box_scaled() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[30:70, 40:80] = 255
    assert crop_face(image, (40, 30, 40, 40), 40).min() == 255
    wide = crop_face(image, (40, 30, 40, 40), 80, scale=2.0)[..., 0]
    assert wide[20:60, 20:60].min() == 255
    assert wide[:20].max() == wide[60:].max() == 0


@pytest.mark.parametrize("box", [(0, 0, 0, 5), (0, 0, 5, 0), (3, 3, -1, 4)])
def test_a_box_without_area_is_refused(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="width and a height"):
        crop_face(np.zeros((9, 9, 3), np.uint8), box, 48)


def test_standardised_faces_have_zero_mean_and_unit_deviation_each() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1), np.uint8)
    faces[1] //= 4
    pixels = standardise(faces)
    assert pixels.dtype == np.float32
    assert np.allclose(pixels.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    assert np.allclose(pixels.std(axis=(1, 2, 3)), 1, atol=1e-4)


def test_exposure_and_contrast_make_no_difference() -> None:
    face = np.random.default_rng(1).integers(0, 100, (1, 48, 48, 1), np.uint8)
    assert np.allclose(standardise(face), standardise(face * 2 + 40), atol=1e-4)


def test_a_flat_face_is_not_stretched_into_noise() -> None:
    face = np.full((1, 48, 48, 1), 128, np.uint8)
    face[0, ::2] += 1
    assert np.abs(standardise(face)).max() < 0.2
    assert not standardise(np.zeros((1, 48, 48, 1), np.uint8)).any()
