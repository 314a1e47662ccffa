"""What the documents at the top level say of the code is so."""

import re
import tomllib

import pytest

from inference.paths import MODELS_DIR
from tests.conftest import ROOT

PROSE_LENGTH = 120


def test_third_party_names_every_model_and_every_package_of_the_running_site() -> None:
    text = (ROOT / "THIRD_PARTY.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    packages = [re.split(r"[\[=]", entry)[0] for entry in project["dependencies"]]
    folders = [f"models/{folder.name}" for folder in MODELS_DIR.iterdir() if folder.is_dir()]
    assert [name for name in (*packages, *folders) if name not in text] == []


def test_contributing_names_every_command_for_contributors() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    for target in ("run", "demo", "test", "coverage", "lint", "format", "audit", "lock"):
        assert f"`make {target}`" in text
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "THIRD_PARTY.md"])
def test_the_paths_it_names_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    named = re.findall(r"`((?:sessions|training|templates|tests|models|docs)/[\w./-]*)`", text)
    linked = re.findall(r"\]\(([\w./-]+)\)", text)
    paths = [path for path in {*named, *linked} if "NAME" not in path]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "SECURITY.md", "THIRD_PARTY.md", "CHANGELOG.md"]
)
def test_prose_keeps_to_its_width(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    assert [line for line in lines if len(line) > PROSE_LENGTH and not line.startswith("|")] == []


@pytest.mark.parametrize("title", ["How a frame travels", "How a report is made"])
def test_the_ways_through_the_code_name_each_file_once(title: str) -> None:
    section = (ROOT / "README.md").read_text().split(f"### {title}\n")[1].split("\n### ")[0]
    named = re.findall(r"`((?:sessions|inference|static|templates)/[\w./-]+)`", section)
    assert len(named) > 8
    assert len(named) == len(set(named))
    assert [path for path in named if not (ROOT / path).is_file()] == []
