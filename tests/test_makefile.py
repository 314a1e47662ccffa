"""Which Pythons `make` takes, and that it installs nothing without a hash."""

import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


def make_environment(tmp_path: Path, version: str) -> subprocess.CompletedProcess[str]:
    """`make` with a Python that says it is of this version, and whose -m does nothing."""
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\ntest "$1" = -m && exit\n'
        f"exec '{sys.executable}' -c \"import sys; sys.version_info = {version}; $2\"\n"
    )
    python.chmod(0o755)
    bare = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        [
            "make",
            f"PYTHON={python}",
            f"VENV={tmp_path / 'venv'}",
            f"{tmp_path / 'venv'}/bin/python",
        ],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("version", ["(3, 11, 0)", "(3, 12, 9)", "(3, 13, 1)"])
def test_pythons_that_tensorflow_has(tmp_path: Path, version: str) -> None:
    made = make_environment(tmp_path, version)
    assert made.returncode == 0, made.stdout + made.stderr


@pytest.mark.parametrize("version", ["(3, 10, 14)", "(3, 14, 0)"])
def test_another_python_is_refused_in_one_sentence(tmp_path: Path, version: str) -> None:
    refused = make_environment(tmp_path, version)
    assert refused.returncode != 0
    (sentence,) = refused.stdout.splitlines()
    assert "Python 3.11, 3.12 or 3.13 is needed" in sentence
    assert "PYTHON=" in sentence


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_locked_package_has_a_version_and_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = re.findall(
        r"^\S.*(?:\n    --hash.*)*", re.sub(r"^ *#.*\n", "", text, flags=re.M), re.M
    )
    assert len(entries) > 50
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry) for entry in entries)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_extras_that_a_locked_package_asks_for_are_locked_with_it() -> None:
    """Else pip takes the newest release for them, which has no hash here, and refuses."""
    lines = (ROOT / "requirements-dev.txt").read_text().splitlines()
    locked = [Requirement(line.rstrip("\\ ")) for line in lines if line[:1].isalnum()]
    extras = {canonicalize_name(entry.name): entry.extras for entry in locked}
    asked = [
        wanted
        for entry in locked
        if not entry.marker or entry.marker.evaluate()
        for wanted in map(Requirement, requires(entry.name) or ())
        if wanted.extras and (not wanted.marker or wanted.marker.evaluate({"extra": ""}))
    ]
    assert "coverage" in {wanted.name for wanted in asked}
    for wanted in asked:
        assert wanted.extras <= extras[canonicalize_name(wanted.name)], wanted


def test_the_locked_files_hold_what_pyproject_names() -> None:
    """Otherwise `make lock` was not run."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    site = project["project"]["dependencies"]
    for name, direct in (
        ("requirements.txt", site),
        ("requirements-dev.txt", [*site, *project["dependency-groups"]["dev"]]),
    ):
        text = (ROOT / name).read_text()
        locked = set(re.findall(r"^[\w.-]+(?:\[.*?\])?==[^\s;]+", text, re.MULTILINE))
        assert {entry.lower() for entry in direct} <= locked, name
