"""Where a training finds what it begins with."""

from pathlib import Path

import pytest

from inference.fetch import DLIB_FILE, Download, FetchError
from tests.generated_faces import tiny_config
from training.beginnings import DLIB, Finished
from training.initial_weights import source_of

PUBLISHED = tiny_config(beginning=DLIB)


def test_from_scratch_there_is_nothing_to_find(tmp_path: Path) -> None:
    assert source_of(tiny_config(), tmp_path, None) is None


def test_an_earlier_step_is_among_the_finished_models(tmp_path: Path) -> None:
    later = tiny_config("later", beginning=Finished(tiny_config("earlier")))
    assert source_of(later, tmp_path, None) == tmp_path / "earlier"


def test_a_file_that_is_named_is_not_fetched(tmp_path: Path) -> None:
    assert source_of(PUBLISHED, tmp_path, Path("mine.dat")) == Path("mine.dat")


def test_a_published_file_is_fetched_into_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def fetch(download: Download, folder: Path) -> bool:
        asked.append((download.name, folder))
        return True

    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr("training.initial_weights.fetch", fetch)
    assert source_of(PUBLISHED, tmp_path, None) == tmp_path / "models" / DLIB_FILE
    assert asked == [("dlib_face", tmp_path / "models")]


@pytest.mark.parametrize("error", [FetchError("It cannot be reached."), OSError("disk full")])
def test_what_cannot_be_fetched_can_be_named(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*_: object) -> bool:
        raise error

    monkeypatch.setattr("training.initial_weights.fetch", fetch)
    with pytest.raises(ValueError, match=rf"{error} Or name the file with --backbone"):
        source_of(PUBLISHED, tmp_path, None)
