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


def read(tmp_path: Path, setting: str, **variables: str) -> str:
    """What a process started with these variables has for the setting."""
    source = f"from engagement_site import settings; print(settings.{setting})"
    return subprocess.run(
        [sys.executable, "-c", source],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path), **variables},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


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


@pytest.mark.finding(5)
@pytest.mark.parametrize(
    ("variables", "public"),
    [
        ({}, False),
        ({"HOST": "localhost"}, False),
        ({"ALLOWED_HOSTS": "localhost,127.0.0.1"}, False),
        ({"HOST": "0.0.0.0"}, True),
        ({"HOST": "192.168.1.20"}, True),
        ({"BEHIND_TLS": "1"}, True),
        ({"TRUSTED_PROXIES": "1"}, True),
        ({"ALLOWED_HOSTS": "localhost,school.example.org"}, True),
        ({"ALLOWED_HOSTS": "*"}, True),
    ],
)
def test_the_site_knows_whether_others_reach_it(
    tmp_path: Path, variables: dict[str, str], public: bool
) -> None:
    assert read(tmp_path, "IS_PUBLIC", **variables) == str(public)


@pytest.mark.finding(2)
@pytest.mark.parametrize(
    ("variables", "count"),
    [({}, 0), ({"BEHIND_TLS": "1"}, 1), ({"BEHIND_TLS": "1", "TRUSTED_PROXIES": "2"}, 2)],
)
def test_no_proxy_is_trusted_unasked(tmp_path: Path, variables: dict[str, str], count: int) -> None:
    assert read(tmp_path, "TRUSTED_PROXIES", **variables) == str(count)
