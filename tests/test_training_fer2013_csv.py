from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.labels import EMOTIONS
from tests.generated_faces import draw_face
from training.datasets import DatasetError, read_fer2013

HEADER = "emotion,pixels,Usage\n"
OFFICIAL = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
"""What the numbers 0 to 6 mean in the published file."""


def pixels(label: int) -> str:
    face = draw_face(label, np.random.default_rng(label))
    return " ".join(str(value) for value in face.ravel())


def write_csv(path: Path, *rows: str) -> Path:
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


@pytest.fixture
def whole(tmp_path: Path) -> list[str]:
    """A training picture of another split first, then one of each emotion."""
    return [f"3,{pixels(3)},Training"] + [f"{n},{pixels(n)},PublicTest" for n in range(7)]


def test_the_numbers_are_mapped_to_our_order(whole: list[str], tmp_path: Path) -> None:
    faces = read_fer2013(write_csv(tmp_path / "fer2013.csv", *whole), "PublicTest")
    assert [EMOTIONS[label] for label in faces.labels] == list(OFFICIAL)
    for number in range(7):
        expected = draw_face(number, np.random.default_rng(number))
        np.testing.assert_array_equal(faces.images[number, ..., 0], expected)


def test_pictures_are_named_by_their_row_as_ferplus_names_them(
    whole: list[str], tmp_path: Path
) -> None:
    faces = read_fer2013(write_csv(tmp_path / "fer2013.csv", *whole), "PublicTest")
    assert faces.names[0] == "PublicTest_fer0000001.png"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("7,1 2 3,PublicTest", "line 2: emotion is '7'; expected a number from 0 to 6"),
        (",1 2 3,PublicTest", "line 2: emotion is ''"),
        ("0,1 2 3,PublicTest", "line 2: expected 2304 pixels from 0 to 255, found 3 numbers"),
        (f"0,{'256 ' * 2304},PublicTest", "line 2: expected 2304 pixels from 0 to 255"),
        ("0,1 two 3,PublicTest", "line 2: the pixels are not all numbers"),
        ("0", "line 2: Usage is ''; expected one of Training, PublicTest, PrivateTest"),
        (f"0,{'1 ' * 2304},PublicTest", "PublicTest has no picture of disgust"),
        (f"0,{'1 ' * 2304},Training", "no picture of the split PublicTest"),
    ],
)
def test_a_malformed_row_is_named(tmp_path: Path, row: str, message: str) -> None:
    path = write_csv(tmp_path / "fer2013.csv", row)
    with pytest.raises(DatasetError, match=rf"fer2013\.csv.*{message}"):
        read_fer2013(path, "PublicTest")


def test_missing_columns_are_named(tmp_path: Path) -> None:
    path = tmp_path / "fer2013.csv"
    path.write_text("emotion,Usage\n0,Training\n")
    with pytest.raises(DatasetError, match="lacks the columns pixels"):
        read_fer2013(path, "Training")


@given(st.binary(max_size=80))
def test_nothing_else_is_taken_for_a_data_set(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("csv") / "fer2013.csv"
    path.write_bytes(HEADER.encode() + content)
    with pytest.raises(DatasetError, match=r"fer2013\.csv"):
        read_fer2013(path, "Training")
