"""PublicTest in two: what is trained on as well, and what validates."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.generated_faces import tiny_config, write_faces, write_tiny_data, zip_folder
from training.data import read_data
from training.datasets import (
    DatasetError,
    decode,
    divide_public,
    fer2013_pictures,
    read_fer2013,
)
from training.datasets.duplicates import pixel_hashes

PART = 0.5


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fer")
    write_faces(folder, "PrivateTest", 2, seed=1)
    return write_faces(folder, "PublicTest", 12)


def test_without_a_part_everything_validates(archive: Path) -> None:
    trained, validating = divide_public(archive, 0)
    assert not trained
    assert [p.name for p in validating] == [p.name for p in fer2013_pictures(archive, "PublicTest")]


def test_each_picture_is_in_one_of_the_two_and_about_the_part_is_trained_on(archive: Path) -> None:
    trained, validating = ({p.name for p in half} for half in divide_public(archive, PART))
    everything = {p.name for p in fer2013_pictures(archive, "PublicTest")}
    assert not trained & validating
    assert trained | validating == everything
    assert abs(len(trained) / len(everything) - PART) < 0.2


def test_a_larger_part_only_adds_and_an_archive_is_divided_like_its_folder(
    archive: Path, tmp_path: Path
) -> None:
    some = {p.name for p in divide_public(archive, PART)[0]}
    more = {p.name for p in divide_public(archive, 0.7)[0]}
    assert some < more
    zipped = zip_folder(archive, tmp_path / "fer.zip")
    assert {p.name for p in divide_public(zipped, PART)[0]} == some


def test_what_private_test_has_too_is_never_trained_on(tmp_path: Path) -> None:
    write_faces(tmp_path, "PrivateTest", 2, seed=1)
    write_faces(tmp_path, "PublicTest", 12)
    leaked = [p.name for p in divide_public(tmp_path, PART)[0]][:5]
    for number, name in enumerate(leaked):
        twin = next(tmp_path.glob(f"test/*/{name}"))
        twin.with_name(f"PrivateTest_twin{number}.png").write_bytes(twin.read_bytes())
    trained, validating = divide_public(tmp_path, PART)
    assert trained
    assert not {p.name for p in trained} & set(leaked)
    assert set(leaked) <= {p.name for p in validating}


def test_an_emotion_with_nothing_left_to_validate_is_named(tmp_path: Path) -> None:
    write_faces(tmp_path, "PrivateTest", 1, seed=1)
    write_faces(tmp_path, "PublicTest", 1)
    with pytest.raises(DatasetError, match=r"what of PublicTest validates has no picture of"):
        divide_public(tmp_path, 0.99)


def test_a_training_learns_from_the_part_and_is_validated_by_the_rest(tmp_path: Path) -> None:
    write_tiny_data(tmp_path)
    write_faces(tmp_path / "faces", "PublicTest", 12, seed=1)
    plain = read_data(tiny_config(), tmp_path)
    divided = replace(tiny_config().data, public_part=PART)
    data = read_data(tiny_config(data=divided), tmp_path)
    learnt = len(data.training) - len(plain.training)
    assert learnt > 0
    assert len(data.validation) == len(plain.validation) - learnt
    assert len(data.targets) == len(data.weights) == len(data.training)
    assert not set(pixel_hashes(data.validation)) & set(pixel_hashes(data.training))
    np.testing.assert_array_equal(data.training.images[:-learnt], plain.training.images)


def test_of_the_real_archive_a_quarter_validates_with_what_private_test_has_too(
    shared: Path,
) -> None:
    source = shared / "data" / "fer2013_test.zip"
    trained, validating = divide_public(source, 0.75)
    assert (len(trained), len(validating)) == (2686, 893)
    private = set(pixel_hashes(read_fer2013(source, "PrivateTest")))
    assert not private & set(pixel_hashes(decode(trained)))
