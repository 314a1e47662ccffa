from pathlib import Path

import numpy as np
import pytest

from inference.labels import EMOTIONS
from tests.generated_faces import write_faces, write_votes, zip_folder
from training.datasets import (
    SPLITS,
    DatasetError,
    Picture,
    blend_votes,
    decode,
    distributions,
    duplicates,
    fer2013_pictures,
    majority,
    one_hot,
    read_fer2013,
    read_votes,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_faces(tmp_path / "fer", "PublicTest", 2)
    return write_faces(tmp_path / "fer", "PrivateTest", 3, seed=1)


def test_a_folder_and_its_zip_archive_give_the_same_faces(folder: Path, tmp_path: Path) -> None:
    archive = zip_folder(folder, tmp_path / "fer.zip")
    from_folder = read_fer2013(folder, "PrivateTest")
    from_archive = read_fer2013(archive, "PrivateTest")
    assert from_folder.names == from_archive.names
    np.testing.assert_array_equal(from_folder.images, from_archive.images)
    np.testing.assert_array_equal(from_folder.labels, from_archive.labels)


def test_a_split_holds_only_its_own_faces_labelled_by_folder(folder: Path) -> None:
    faces = read_fer2013(folder, "PublicTest")
    assert faces.images.shape == (14, 48, 48, 1)
    assert all(name.startswith("PublicTest_") for name in faces.names)
    np.testing.assert_array_equal(np.bincount(faces.labels), [2] * len(EMOTIONS))


def test_faces_are_brought_to_the_size_asked_for(folder: Path) -> None:
    assert read_fer2013(folder, "PublicTest", size=64).images.shape == (14, 64, 64, 1)


def test_the_real_archive_is_read_whole(shared: Path) -> None:
    pictures = fer2013_pictures(shared / "data" / "fer2013_test.zip", "PrivateTest")
    assert len(pictures) == 3573
    votes = read_votes(shared / "data" / "fer2013new.csv")
    labels, targets = distributions(pictures), distributions(blend_votes(pictures, votes, 0.4))
    np.testing.assert_allclose(targets.sum(axis=1), 1, atol=1e-5)
    assert (targets != labels).any(axis=1).mean() > 0.5


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n"])
def test_a_corrupt_picture_is_named(folder: Path, content: bytes) -> None:
    (folder / "test" / "sad" / "PublicTest_broken.png").write_bytes(content)
    with pytest.raises(DatasetError, match=r"sad/PublicTest_broken\.png cannot be read"):
        read_fer2013(folder, "PublicTest")


def test_a_folder_that_is_no_emotion_is_named(folder: Path) -> None:
    (folder / "test" / "sad").rename(folder / "test" / "gloomy")
    with pytest.raises(DatasetError, match="'gloomy', which is no emotion"):
        read_fer2013(folder, "PublicTest")


def test_an_empty_class_is_named(folder: Path) -> None:
    for path in (folder / "test" / "fear").iterdir():
        path.unlink()
    with pytest.raises(DatasetError, match="PublicTest has no picture of fear"):
        read_fer2013(folder, "PublicTest")


def test_a_missing_split_is_named(folder: Path) -> None:
    with pytest.raises(DatasetError, match="no picture of the split Training"):
        read_fer2013(folder, "Training")


def test_an_unknown_split_lists_the_known_ones(folder: Path) -> None:
    with pytest.raises(DatasetError, match="Training, PublicTest, PrivateTest"):
        read_fer2013(folder, "Validation")


def test_a_wrong_path_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"nowhere\.zip does not exist"):
        read_fer2013(tmp_path / "nowhere.zip", "Training")


def test_a_file_that_is_no_archive_is_named(tmp_path: Path) -> None:
    path = tmp_path / "fer.zip"
    path.write_bytes(b"PK but not really")
    with pytest.raises(DatasetError, match=r"fer\.zip is not a readable zip archive"):
        read_fer2013(path, "Training")


def test_a_damaged_archive_names_the_picture(folder: Path, tmp_path: Path) -> None:
    archive = zip_folder(folder, tmp_path / "fer.zip")
    data = bytearray(archive.read_bytes())
    picture = data.find(b"IDAT")
    data[picture : picture + 40] = bytes(40)
    archive.write_bytes(data)
    with pytest.raises(DatasetError, match=r"fer\.zip.*angry/PrivateTest_ferPr0000\.png"):
        read_fer2013(archive, "PrivateTest")


def test_votes_are_shares_of_the_seven_emotions(tmp_path: Path) -> None:
    path = write_votes(
        tmp_path / "votes.csv",
        {
            "fer1.png": {"sadness": 3, "neutral": 1, "contempt": 6},
            "fer2.png": {"unknown": 10},
        },
    )
    votes = read_votes(path)
    assert list(votes) == ["fer1"]
    np.testing.assert_allclose(votes["fer1"], [0, 0, 0, 0, 0.25, 0.75, 0])


def picture(name: str, label: int) -> Picture:
    return Picture(name, b"", one_hot(label), "Training", "faces", name)


def test_blending_keeps_the_label_where_there_are_no_votes() -> None:
    votes = {"fer1": np.array([0, 0, 0, 0, 1, 0, 0], np.float32)}
    pictures = [picture("Training_fer1.png", 5), picture("Training_2.jpg", 3)]
    targets = distributions(blend_votes(pictures, votes, 0.4))
    np.testing.assert_allclose(targets[0], [0, 0, 0, 0, 0.4, 0.6, 0], atol=1e-6)
    np.testing.assert_allclose(targets[1], one_hot(3))


def test_the_majority_is_unknown_without_votes_and_in_a_tie() -> None:
    votes = {
        "fer1": np.array([0.25, 0, 0, 0.5, 0.25, 0, 0], np.float32),
        "fer2": np.array([0.5, 0, 0, 0.5, 0, 0, 0], np.float32),
    }
    names = ["PrivateTest_fer1.png", "PrivateTest_fer2.png", "PrivateTest_fer3.png"]
    np.testing.assert_array_equal(majority(names, votes), [3, -1, -1])


def test_equal_pictures_in_two_splits_are_found(folder: Path) -> None:
    twin = folder / "test" / "sad" / "PublicTest_twin.png"
    original = next(folder.glob("test/happy/PrivateTest_*"))
    twin.write_bytes(original.read_bytes())
    public, private = (read_fer2013(folder, split) for split in SPLITS[1:])
    assert duplicates(private, public) == [(original.name, twin.name)]
    assert duplicates(public, private) == [(twin.name, original.name)]


def test_colour_is_asked_for_and_grey_pictures_repeat_their_channel(folder: Path) -> None:
    grey = read_fer2013(folder, "PublicTest")
    colour = read_fer2013(folder, "PublicTest", channels=3)
    np.testing.assert_array_equal(colour.images, np.repeat(grey.images, 3, axis=-1))


def test_a_picture_that_is_gone_is_named(folder: Path) -> None:
    pictures = fer2013_pictures(folder, "PublicTest")
    gone = next(folder.glob("test/angry/PublicTest_*"))
    gone.unlink()
    with pytest.raises(DatasetError, match=rf"{gone.name} cannot be read: No such file"):
        decode(pictures)


VOTE_HEADER = "Image name,neutral,happiness,surprise,sadness,anger,disgust,fear\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\n1,2\n", "lacks the columns Image name, anger"),
        ("", "lacks the columns"),
        (f"{VOTE_HEADER}f.png,1,x,0,0,0,0,0\n", "line 2: the votes are not all numbers"),
        (f"{VOTE_HEADER}f.png,1\n", "line 2: the votes are not all numbers"),
    ],
)
def test_malformed_votes_are_explained(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "votes.csv"
    path.write_text(content)
    with pytest.raises(DatasetError, match=message):
        read_votes(path)


def test_missing_votes_are_explained(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"votes\.csv is not a file"):
        read_votes(tmp_path / "votes.csv")
