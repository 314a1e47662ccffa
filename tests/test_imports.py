"""Imports point one way: the contracts stand in pyproject.toml, and `lint-imports` checks them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engagement_site", "sessions", "inference", "training")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).parent / "lint-imports"
    return subprocess.run(
        [command, "--no-cache", "--no-logo"], cwd=folder, capture_output=True, text=True
    )


def test_imports_keep_the_contracts() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "statement", "told"),
    [
        ("inference/labels.py", "import sessions.models", "inference.labels -> sessions.models"),
        ("inference/labels.py", "import django.conf", "inference.labels -> django"),
        ("training/config.py", "import sessions.clock", "training.config -> sessions.clock"),
        ("sessions/clock.py", "import training.config", "sessions.clock -> training.config"),
        ("sessions/news.py", "import sessions.services", "sessions.news -> sessions.services"),
    ],
)
def test_an_import_the_other_way_is_told(
    tmp_path: Path, file: str, statement: str, told: str
) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    with (tmp_path / file).open("a") as module:
        module.write(f"\n{statement}\n")
    result = lint_imports(tmp_path)
    assert result.returncode == 1, result.stdout + result.stderr
    assert told in result.stdout
