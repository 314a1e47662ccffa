from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.preprocessing import standardise, vggface2
from tests.generated_faces import draw_face
from training.augmentation import Augmentation, FaceBatches, Look, augment, mix, resize
from training.datasets import one_hot

NOTHING = Augmentation(flip=0, rotation=0, scale=0, shift=0, erase=0)


@pytest.fixture
def faces() -> NDArray[np.uint8]:
    rng = np.random.default_rng(0)
    return np.stack([draw_face(index % 7, rng)[..., None] for index in range(21)])


def batches(faces: NDArray[np.uint8], **changes: object) -> FaceBatches:
    values: dict[str, object] = {
        "weights": np.ones(len(faces), np.float32),
        "batch_size": 4,
        "look": Look(48),
        "settings": Augmentation(),
        "seed": 1,
        "epoch": 0,
    }
    targets = one_hot(np.arange(len(faces)) % 7)
    return FaceBatches(faces, targets, **{**values, **changes})  # type: ignore[arg-type]


def test_no_augmentation_changes_nothing(faces: NDArray[np.uint8]) -> None:
    np.testing.assert_array_equal(augment(faces, NOTHING, np.random.default_rng(0)), faces)


def test_flip_mirrors_left_and_right(faces: NDArray[np.uint8]) -> None:
    mirror = Augmentation(flip=1, rotation=0, scale=0, shift=0, erase=0)
    flipped = augment(faces, mirror, np.random.default_rng(0))
    np.testing.assert_array_equal(flipped, faces[:, :, ::-1])


def test_erase_paints_one_grey_rectangle_within_its_area(faces: NDArray[np.uint8]) -> None:
    settings = Augmentation(flip=0, rotation=0, scale=0, shift=0, erase=1, erase_area=0.2)
    changed = augment(faces, settings, np.random.default_rng(0)) != faces
    assert 0 < changed.mean(axis=(1, 2, 3)).max() < 0.25


def test_mixed_faces_and_targets_have_the_same_part_of_another_one() -> None:
    greys = np.arange(0, 210, 10, dtype=np.uint8)
    faces = np.broadcast_to(greys[:, None, None, None], (21, 4, 4, 1))
    targets = np.eye(21, dtype=np.float32)
    mixed, shares = mix(faces, targets, 1.0, np.random.default_rng(0))
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(mixed[:, 0, 0, 0], shares @ greys, atol=0.5)
    own = shares.diagonal()
    assert own.min() >= 0.5
    assert np.count_nonzero(own < 0.95) > 10


def test_only_as_many_faces_are_mixed_as_the_chance_says() -> None:
    faces = np.random.default_rng(0).integers(0, 256, (400, 2, 2, 1), dtype=np.uint8)
    targets = np.eye(400, dtype=np.float32)
    mixed, shares = mix(faces, targets, 0.25, np.random.default_rng(1))
    untouched = (shares == targets).all(axis=1)
    assert 0.65 < untouched.mean() < 0.85
    np.testing.assert_array_equal(mixed[untouched], faces[untouched])
    same = mix(faces, targets, 0.0, np.random.default_rng(1))
    assert same[0] is faces
    assert same[1] is targets


def test_a_batch_is_mixed_as_its_settings_say(faces: NDArray[np.uint8]) -> None:
    plain = batches(faces, settings=NOTHING)[0]
    mixed = batches(faces, settings=replace(NOTHING, mix=1.0))[0]
    assert not np.array_equal(mixed.faces, plain.faces)
    np.testing.assert_array_equal(mixed.pictures, standardise(mixed.faces))
    assert (mixed.targets.max(axis=1) < 1).any()


def test_brightness_and_contrast_change_each_face_within_their_limits(
    faces: NDArray[np.uint8],
) -> None:
    level = np.clip(faces, 90, 160)
    still = {"flip": 0, "rotation": 0, "scale": 0, "shift": 0, "erase": 0}
    lit = augment(level, Augmentation(**still, brightness=0.2), np.random.default_rng(0))
    moved = lit.astype(int) - level
    assert (np.ptp(moved, axis=(1, 2, 3)) == 0).all()
    assert 20 < np.abs(moved).max() <= 51
    assert len(np.unique(moved)) > 10
    stretched = augment(level, Augmentation(**still, contrast=0.3), np.random.default_rng(0))
    ratio = stretched.std(axis=(1, 2, 3)) / level.std(axis=(1, 2, 3))
    assert 0.69 < ratio.min() < 0.9
    assert 1.1 < ratio.max() < 1.31
    np.testing.assert_allclose(stretched.mean(axis=(1, 2, 3)), level.mean(axis=(1, 2, 3)), atol=1)


def test_shift_moves_no_further_than_allowed(faces: NDArray[np.uint8]) -> None:
    settings = Augmentation(flip=0, rotation=0, scale=0, shift=0.1, erase=0)
    moved = augment(faces, settings, np.random.default_rng(0))

    def centre(images: NDArray[np.uint8]) -> NDArray[np.float64]:
        ys, xs = np.indices(images.shape[1:3])
        bright = (images[..., 0] > 200).astype(float)
        total = bright.sum(axis=(1, 2))
        return np.stack([(bright * axis).sum(axis=(1, 2)) / total for axis in (xs, ys)])

    distance = np.abs(centre(moved) - centre(faces))
    assert 1 < distance.max() < 0.1 * 48 + 1


def test_a_batch_depends_on_seed_epoch_and_index_alone(faces: NDArray[np.uint8]) -> None:
    first, again = batches(faces), batches(faces)
    expected = first[3]
    for index in (4, 0, 3):
        got = again[index]
    np.testing.assert_array_equal(got.pictures, expected.pictures)
    np.testing.assert_array_equal(got.targets, expected.targets)
    for other in (batches(faces, seed=2), batches(faces, epoch=1)):
        assert not np.array_equal(other[3].pictures, expected.pictures)


def test_an_epoch_shows_each_face_at_most_once_with_its_own_target(
    faces: NDArray[np.uint8],
) -> None:
    epoch = batches(faces, settings=NOTHING)
    assert len(epoch) == 5
    known = standardise(faces)
    seen = set()
    for index in range(len(epoch)):
        batch = epoch[index]
        for face, picture, target, weight in zip(
            batch.faces, batch.pictures, batch.targets, batch.weights, strict=True
        ):
            assert weight == 1
            row = int(np.argmin(np.abs(known - picture).sum(axis=(1, 2, 3))))
            np.testing.assert_allclose(known[row], picture)
            np.testing.assert_array_equal(faces[row], face)
            assert target.argmax() == row % 7
            seen.add(row)
    assert len(seen) == 20


def test_a_batch_is_what_serving_would_make_of_the_same_pixels(faces: NDArray[np.uint8]) -> None:
    _, faces, pictures, *_ = batches(faces)[0]
    assert pictures.dtype == np.float32
    np.testing.assert_allclose(pictures.mean(axis=(1, 2, 3)), 0, atol=1e-4)
    np.testing.assert_allclose(pictures.std(axis=(1, 2, 3)), 1, atol=1e-4)
    np.testing.assert_array_equal(pictures, standardise(faces))


def test_a_batch_is_the_one_of_earlier_versions(faces: NDArray[np.uint8]) -> None:
    """A trained configuration must be reproducible: order, then augmentation, as written here."""
    rows = np.random.default_rng((3, 2)).permutation(21)[4:8]
    changed = augment(resize(faces, 32)[rows], Augmentation(), np.random.default_rng((3, 2, 1)))
    batch = batches(faces, look=Look(32), seed=3, epoch=2)[1]
    np.testing.assert_array_equal(batch.pictures, standardise(changed))
    np.testing.assert_array_equal(batch.targets.argmax(axis=1), rows % 7)


def test_a_view_that_comes_again_shows_the_same_faces_some_of_them_mirrored(
    faces: NDArray[np.uint8],
) -> None:
    first = batches(faces, seed=5, epoch=1)[2]
    assert first.view == (5, 1, 2)
    again, later = (batches(faces, seed=5, epoch=epoch, views=3)[2] for epoch in (4, 7))
    assert again.view == later.view == first.view
    np.testing.assert_array_equal(again.faces, first.faces)
    np.testing.assert_array_equal(again.targets, first.targets)
    turned = [
        [
            not np.array_equal(one, other)
            for one, other in zip(b.pictures, first.pictures, strict=True)
        ]
        for b in (again, later)
    ]
    assert turned[0] != turned[1]
    for row, mirrored in enumerate(turned[0]):
        expected = first.pictures[row, :, ::-1] if mirrored else first.pictures[row]
        np.testing.assert_array_equal(again.pictures[row], expected)
    early = batches(faces, seed=5, epoch=1, views=3)[2]
    np.testing.assert_array_equal(early.pictures, first.pictures)


def test_colour_faces_are_changed_as_grey_ones_are(faces: NDArray[np.uint8]) -> None:
    grey = augment(faces, Augmentation(), np.random.default_rng(0))
    colour = augment(np.repeat(faces, 3, axis=-1), Augmentation(), np.random.default_rng(0))
    np.testing.assert_array_equal(colour, np.repeat(grey, 3, axis=-1))


def test_a_colour_batch_has_the_served_preprocessing(faces: NDArray[np.uint8]) -> None:
    colour = np.repeat(faces, 3, axis=-1)
    pictures = batches(colour, settings=NOTHING, look=Look(64, vggface2))[0].pictures
    assert pictures.shape == (4, 64, 64, 3)
    row = np.random.default_rng((1, 0)).permutation(21)[0]
    np.testing.assert_array_equal(pictures[0], vggface2(resize(colour[row : row + 1], 64))[0])


def test_weights_go_with_their_faces(faces: NDArray[np.uint8]) -> None:
    weights = np.arange(21, dtype=np.float32)
    *_, targets, given = batches(faces, weights=weights)[0]
    np.testing.assert_array_equal(given % 7, targets.argmax(axis=1))


def test_drawn_faces_come_as_often_as_their_weights_say(faces: NDArray[np.uint8]) -> None:
    weights = np.where(np.arange(21) % 7 == 1, 1.0, 0.0).astype(np.float32)
    epoch = batches(faces, weights=weights, drawn=True)
    for index in range(len(epoch)):
        *_, targets, given = epoch[index]
        assert (targets.argmax(axis=1) == 1).all()
        assert (given == 1).all()


def test_too_few_faces_for_a_batch_are_refused(faces: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="21 faces do not fill one batch of 32"):
        batches(faces, batch_size=32)


def test_resize_keeps_the_channel(faces: NDArray[np.uint8]) -> None:
    assert resize(faces, 32).shape == (21, 32, 32, 1)
    assert resize(faces, 48) is faces
