"""Which Pythons `make` takes, and that it installs nothing without a hash."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

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
    assert all(re.match(r"[\w.-]+(\[\w+\])?==\S+", entry) for entry in entries)
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_locked_files_hold_what_pyproject_names() -> None:
    """Otherwise `make lock` was not run."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    site = project["project"]["dependencies"]
    for name, direct in (
        ("requirements.txt", site),
        ("requirements-dev.txt", [*site, *project["dependency-groups"]["dev"]]),
    ):
        locked = set(re.findall(r"^[\w.-]+==[^\s;]+", (ROOT / name).read_text(), re.MULTILINE))
        named = {re.sub(r"\[.*?\]", "", entry).lower() for entry in direct}
        assert named <= locked, name
