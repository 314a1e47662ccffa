"""The command that fetches model files: what it takes, says and refuses."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from inference.fetch import BACKBONE_FILE, CATALOGUE, DLIB_FILE, DLIB_SHA256
from inference.preprocessing import PREPROCESSINGS
from inference.vggface2 import published_layout
from tests.conftest import ROOT
from tests.server import free_port
from tests.vggface2_file import write_backbone


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Path:
    """Where models go, in a data folder of the test's own."""
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data" / "models"


def fetched(*arguments: str) -> str:
    out = StringIO()
    call_command("fetch_models", *arguments, stdout=out)
    return out.getvalue()


def test_the_backbone_comes_when_named_with_its_licence_and_an_honest_word(
    folder: Path, tmp_path: Path
) -> None:
    write_backbone(tmp_path / BACKBONE_FILE, list(published_layout()))
    told = fetched("vggface2_resnet50", "vggface2_resnet50", "--from", str(tmp_path))
    assert told.count("fetched") == 1
    assert f"{BACKBONE_FILE}: already there" in fetched(
        "vggface2_resnet50", "--from", "/no/such/folder"
    )
    assert "non-commercial research only" in told
    assert "its numbers cannot be checked" in told
    assert [path.name for path in folder.iterdir()] == [BACKBONE_FILE]


def test_an_unknown_name_lists_the_known_ones(folder: Path) -> None:
    with pytest.raises(
        CommandError, match="'best' is not known; there are dlib_face, vggface2_resn"
    ):
        fetched("best")


def test_a_failure_is_told_without_a_traceback(folder: Path) -> None:
    with pytest.raises(CommandError, match=r"could not be fetched.*--from"):
        fetched("dlib_face", "--from", f"http://127.0.0.1:{free_port()}")
    folder.rmdir()
    folder.touch()
    with pytest.raises(CommandError, match=f"{DLIB_FILE} was not fetched: .*Not a directory"):
        fetched("dlib_face", "--from", f"http://127.0.0.1:{free_port()}")


def test_the_documentation_names_every_file_and_preprocessing() -> None:
    text = (ROOT / "docs" / "models.md").read_text()
    for download in CATALOGUE.values():
        assert f"`{download.name}` | `{download.file}`" in text
        assert download.licence in text
    assert DLIB_SHA256 in text
    for name, preprocessing in PREPROCESSINGS.items():
        assert f"| `{name}` | `{preprocessing.channels}` |" in text
