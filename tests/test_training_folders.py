from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.labels import EMOTIONS
from tests.generated_faces import draw_face
from training.datasets import (
    DatasetError,
    Picture,
    affectnet_pictures,
    decode,
    distributions,
    emotion_index,
    folder_pictures,
)

AFFECTNET = ("anger", "disgust", "fear", "happy", "neutral", "sad", "surprise", "contempt")


def write_picture(path: Path, label: int) -> None:
    """A face in colour, twice the size of FER2013's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    face = draw_face(label, np.random.default_rng(label), 96)
    assert cv2.imwrite(str(path), np.dstack([face, face // 2, face // 3]))


@pytest.fixture
def affectnet(tmp_path: Path) -> Path:
    folder = tmp_path / "affectnet"
    lines = [",pth,label,relFCs"]
    for number, word in enumerate(AFFECTNET):
        name = f"{word}/image{number:07d}.png"
        write_picture(folder / name, number % 7)
        lines.append(f"{number},{name},{word},0.9")
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    return folder


def emotions(pictures: list[Picture]) -> list[str]:
    return [EMOTIONS[label] for label in distributions(pictures).argmax(axis=1)]


def test_affectnet_is_read_by_its_table_without_contempt(affectnet: Path) -> None:
    pictures = affectnet_pictures(affectnet)
    assert emotions(pictures) == list(EMOTIONS)
    assert {picture.split for picture in pictures} == {"Training"}
    assert {picture.source for picture in pictures} == {str(affectnet)}


def test_the_table_counts_and_not_the_folder(affectnet: Path) -> None:
    table = affectnet / "labels.csv"
    table.write_text("pth,label\nanger/image0000000.png,surprise\n")
    assert emotions(affectnet_pictures(affectnet)) == ["surprise"]


def test_colours_are_kept_where_they_are_wanted(affectnet: Path) -> None:
    pictures = affectnet_pictures(affectnet)
    colour = decode(pictures, 64, channels=3).images
    assert colour.shape == (7, 64, 64, 3)
    assert (colour[..., 0] > colour[..., 2]).mean() > 0.9
    assert decode(pictures, 64).images.shape == (7, 64, 64, 1)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("path,label\n", "labels.csv lacks the columns pth"),
        ("", "labels.csv lacks the columns label, pth"),
        ("pth,label\nanger/image0000000.png,bored\n", "line 2: the label 'bored' is no emotion"),
        ("pth,label\nanger/image0000000.png\n", "line 2: the label '' is no emotion"),
        ("pth,label\nanger/none.png,anger\n", "line 2: there is no picture 'anger/none.png'"),
        ("pth,label\n../secret.png,anger\n", "line 2: there is no picture '../secret.png'"),
        ("pth,label\n,anger\n", "line 2: there is no picture ''"),
        ("pth,label\n", "labels.csv lists no picture"),
    ],
)
def test_a_malformed_table_is_explained(affectnet: Path, content: str, message: str) -> None:
    write_picture(affectnet.parent / "secret.png", 0)
    (affectnet / "labels.csv").write_text(content)
    with pytest.raises(DatasetError, match=message):
        affectnet_pictures(affectnet)


def test_a_folder_without_a_table_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"labels\.csv is not a file"):
        affectnet_pictures(tmp_path)


def test_a_corrupt_picture_of_affectnet_is_named(affectnet: Path) -> None:
    (affectnet / "sad" / "image0000005.png").write_bytes(b"GIF89a")
    with pytest.raises(DatasetError, match=r"sad/image0000005\.png cannot be read as a picture"):
        decode(affectnet_pictures(affectnet))


@pytest.mark.parametrize("words", [EMOTIONS, ("Anger", "DISGUSTED", "fearful", "happiness")])
def test_folders_are_read_by_their_names_and_synonyms(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    for number, word in enumerate(words):
        write_picture(tmp_path / "part" / word / "1.png", number)
    write_picture(tmp_path / "part" / "contempt" / "1.png", 0)
    (tmp_path / "part" / "notes.txt").write_text("not a picture")
    pictures = folder_pictures(tmp_path)
    assert sorted(emotions(pictures)) == sorted(EMOTIONS[: len(words)])


def test_synonyms_are_the_common_ones() -> None:
    known = {"anger": 0, "Happiness": 3, "sadness": 5, "surprised": 6, "fearful": 2}
    assert {word: emotion_index(word) for word in known} == known
    assert emotion_index("contempt") is None


def test_folders_that_are_unusable_are_explained(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere is not a folder"):
        folder_pictures(tmp_path / "nowhere")
    with pytest.raises(DatasetError, match="holds no picture"):
        folder_pictures(tmp_path)
    write_picture(tmp_path / "bored" / "1.png", 0)
    with pytest.raises(DatasetError, match=r"bored/1\.png lies in the folder 'bored'"):
        folder_pictures(tmp_path)
