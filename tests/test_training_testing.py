"""Any data set that the readers know is measured on, alone or with others."""

from pathlib import Path

import pytest

from inference.labels import EMOTIONS
from tests.generated_faces import write_faces
from training.datasets import DatasetError, distributions
from training.testing import describe_parts, parts_of, read_parts


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """FER2013 with two pictures of each emotion in two splits; a folder of one emotion each."""
    write_faces(tmp_path / "fer", "PublicTest", 2)
    write_faces(tmp_path / "fer", "PrivateTest", 3, seed=1)
    own = write_faces(tmp_path / "own", "Training", 1, seed=2) / "train"
    for path in list(own.iterdir()):
        path.rename(tmp_path / "own" / path.name)
    own.rmdir()
    lines = ["pth,label"]
    for emotion in EMOTIONS[:3]:
        (picture,) = (tmp_path / "own" / emotion).iterdir()
        lines.append(f"{emotion}/{picture.name},{emotion}")
    (tmp_path / "own" / "labels.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


@pytest.mark.parametrize(
    ("names", "kinds", "split", "count", "words"),
    [
        (["fer"], [], None, 21, "PrivateTest of fer"),
        (["fer"], ["fer2013"], "PublicTest", 14, "PublicTest of fer"),
        (["own"], ["folders"], None, 7, "own"),
        (["own"], ["affectnet"], None, 3, "own"),
        (["own", "own"], ["folders"], None, 14, "own and own"),
        (["own", "fer"], ["folders", "fer2013"], "PublicTest", 21, "own and PublicTest of fer"),
        (["fer", "own"], ["fer2013", "affectnet"], None, 24, "PrivateTest of fer and own"),
    ],
)
def test_each_data_set_is_read_as_what_it_is(
    folder: Path, names: list[str], kinds: list[str], split: str | None, count: int, words: str
) -> None:
    parts = parts_of([folder / name for name in names], kinds, split)
    assert len(read_parts(parts)) == count
    assert describe_parts(parts) == words


def test_emotions_may_lack_where_it_is_only_measured(folder: Path) -> None:
    pictures = read_parts(parts_of([folder / "own"], ["affectnet"], None))
    assert sorted(set(distributions(pictures).argmax(axis=1))) == [0, 1, 2]


def test_a_split_of_what_has_none_is_refused(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"PublicTest is FER2013's; affectnet has no splits"):
        parts_of([folder / "own"], ["affectnet"], "PublicTest")


def test_kinds_are_one_for_all_or_one_for_each(folder: Path) -> None:
    with pytest.raises(ValueError, match="2 times --kind for 3 times --data"):
        parts_of([folder] * 3, ["fer2013", "folders"], None)


def test_what_is_no_such_data_set_is_said_with_the_kinds_there_are(folder: Path) -> None:
    with pytest.raises(
        DatasetError,
        match=r"own has no picture of the split PrivateTest.*read as fer2013; --kind names another",
    ):
        read_parts(parts_of([folder / "own"], [], None))
    with pytest.raises(DatasetError, match=r"expected AffectNet's folder.*read as affectnet"):
        read_parts(parts_of([folder / "fer"], ["affectnet"], None))
