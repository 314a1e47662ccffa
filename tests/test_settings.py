import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def run_check(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_readme_names_every_variable_that_settings_read() -> None:
    source = (ROOT / "engagement_site" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))
    documented = set(re.findall(r"`([A-Z_]+)`", (ROOT / "README.md").read_text()))
    assert len(read) > 10
    assert read - documented == set()


def test_secret_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    assert run_check(tmp_path, SECRET_KEY="").returncode == 0
    file = tmp_path / "secret_key"
    key = file.read_text()
    assert len(key) >= 50
    assert file.stat().st_mode & 0o077 == 0
    assert run_check(tmp_path, SECRET_KEY="").returncode == 0
    assert file.read_text() == key
    assert list(tmp_path.glob("secret_key.*")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "http"), ("RETENTION_DAYS", "0"), ("POLICY", "grades"), ("SIGNUP_OPEN", "perhaps")],
)
def test_an_odd_value_stops_the_start_and_is_named(tmp_path: Path, name: str, value: str) -> None:
    result = run_check(tmp_path, **{name: value})
    assert result.returncode != 0
    assert f"{name}=" in result.stderr
