"""The crop and the preprocessings that training and serving share."""

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.preprocessing import PREPROCESSINGS, crop_face, levelled, standardise, vggface2

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


@given(x=SIDES, y=SIDES, w=st.integers(1, 400), h=st.integers(1, 400))
def test_a_colour_crop_is_the_grey_one_in_colour(x: int, y: int, w: int, h: int) -> None:
    image = cv2.GaussianBlur(
        np.random.default_rng(2).integers(0, 256, (60, 80, 3), np.uint8), (0, 0), 3
    )
    colour = crop_face(np.asarray(image, np.uint8), (x, y, w, h), 24, 0.9, channels=3)
    grey = crop_face(np.asarray(image, np.uint8), (x, y, w, h), 24, 0.9)
    assert colour.shape == (24, 24, 3)
    assert colour.dtype == np.uint8
    difference = cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)[..., None].astype(int) - grey
    assert np.abs(difference).max() <= 2


def test_a_colour_crop_keeps_blue_green_red() -> None:
    image = np.zeros((50, 50, 3), np.uint8)
    image[...] = (10, 100, 200)
    assert (crop_face(image, (10, 10, 20, 20), 16, channels=3) == (10, 100, 200)).all()


def test_another_number_of_channels_is_refused() -> None:
    with pytest.raises(ValueError, match="got 2"):
        crop_face(np.zeros((9, 9, 3), np.uint8), (0, 0, 5, 5), 48, channels=2)


def test_vggface2_takes_its_mean_from_blue_green_and_red() -> None:
    faces = np.full((2, 4, 4, 3), (91, 103, 131), np.uint8)
    pixels = vggface2(faces)
    assert pixels.dtype == np.float32
    assert pixels.shape == faces.shape
    assert np.allclose(pixels, (-0.4953, -0.8827, -0.0912), atol=1e-4)


@pytest.mark.parametrize("name", PREPROCESSINGS)
def test_every_preprocessing_takes_faces_of_its_own_channels(name: str) -> None:
    entry = PREPROCESSINGS[name]
    face = crop_face(np.zeros((9, 9, 3), np.uint8), (0, 0, 5, 5), 8, channels=entry.channels)
    pixels = entry.prepare(face[None])
    assert pixels.dtype == np.float32
    assert pixels.shape[:3] == (1, 8, 8)


def test_standardised_faces_have_zero_mean_and_unit_deviation_each() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1), np.uint8)
    faces[1] //= 4
    pixels = standardise(faces)
    assert pixels.dtype == np.float32
    assert np.allclose(pixels.mean(axis=(1, 2, 3)), 0, atol=1e-5)
    assert np.allclose(pixels.std(axis=(1, 2, 3)), 1, atol=1e-4)


def test_levelled_faces_are_standardised_ones_in_three_equal_channels_of_grey_levels() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1), np.uint8)
    pixels = levelled(faces)
    assert pixels.shape == (3, 48, 48, 3)
    for channel in range(3):
        np.testing.assert_allclose(pixels[..., channel], 54 * standardise(faces)[..., 0])


def test_exposure_and_contrast_make_no_difference() -> None:
    face = np.random.default_rng(1).integers(0, 100, (1, 48, 48, 1), np.uint8)
    assert np.allclose(standardise(face), standardise(face * 2 + 40), atol=1e-4)


def test_a_flat_face_is_not_stretched_into_noise() -> None:
    face = np.full((1, 48, 48, 1), 128, np.uint8)
    face[0, ::2] += 1
    assert np.abs(standardise(face)).max() < 0.2
    assert not standardise(np.zeros((1, 48, 48, 1), np.uint8)).any()


@pytest.mark.parametrize("name", sorted(PREPROCESSINGS))
def test_a_data_pipeline_gives_the_same_pixels_as_a_call(name: str) -> None:
    import tensorflow as tf

    preprocessing = PREPROCESSINGS[name]
    rng = np.random.default_rng(2)
    faces = rng.integers(0, 256, (10, 48, 48, preprocessing.channels), dtype=np.uint8)

    def prepare(batch: tf.Tensor) -> tf.Tensor:
        return tf.numpy_function(preprocessing.prepare, [batch], tf.float32)

    batches = tf.data.Dataset.from_tensor_slices(faces).batch(4).map(prepare, num_parallel_calls=2)
    piped = np.concatenate(list(batches.as_numpy_iterator()))
    np.testing.assert_array_equal(piped, preprocessing.prepare(faces))
