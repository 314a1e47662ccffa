import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from engagement_site.checks import (
    check_demonstration_teacher,
    check_emotion_model,
    check_reachable_names,
)
from sessions.demo.lessons import demo_teacher
from tests.factories import make_teacher
from tests.server import ROOT


@pytest.fixture
def models(settings: Settings, tmp_path: Path) -> Path:
    """A folder with a copy of the served model."""
    name = django_settings.EMOTION_MODEL
    shutil.copytree(django_settings.MODELS_DIR / name, tmp_path / name)
    settings.MODELS_DIR = tmp_path
    return tmp_path / name


def test_the_served_model_is_sound(models: Path) -> None:
    assert check_emotion_model(None) == []


def test_an_unknown_model_is_an_error_that_names_the_known_ones(
    models: Path, settings: Settings
) -> None:
    settings.EMOTION_MODEL = "nonesuch"
    (error,) = check_emotion_model(None)
    assert error.id == "engagement.E001"
    assert "nonesuch" in error.msg
    assert models.name in error.msg
    assert "EMOTION_MODEL" in str(error.hint)


def test_an_altered_file_is_an_error(models: Path) -> None:
    with (models / "weights.npz").open("ab") as file:
        file.write(b"x")
    (error,) = check_emotion_model(None)
    assert "weights.npz" in error.msg


def test_a_missing_file_is_an_error(models: Path) -> None:
    (models / "model.json").unlink()
    (error,) = check_emotion_model(None)
    assert "model.json" in error.msg


def test_a_manifest_for_other_labels_is_an_error(models: Path) -> None:
    path = models / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"labels": ["joy"]}))
    (error,) = check_emotion_model(None)
    assert "labels" in error.msg


def test_without_emotion_no_model_is_needed(models: Path, settings: Settings) -> None:
    shutil.rmtree(models)
    settings.POLICY = "presence"
    assert check_emotion_model(None) == []


@pytest.mark.parametrize(
    ("host", "names", "warned"),
    [
        ("127.0.0.1", ["localhost"], False),
        ("0.0.0.0", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0"], True),
        ("::", ["localhost", "::"], True),
        ("0.0.0.0", ["localhost", "192.168.1.20"], False),
        ("0.0.0.0", ["*"], False),
        ("192.168.1.20", ["localhost", "192.168.1.20"], False),
    ],
)
def test_listening_everywhere_needs_names(
    settings: Settings, host: str, names: list[str], warned: bool
) -> None:
    settings.HOST = host
    settings.ALLOWED_HOSTS = names
    found = check_reachable_names(None)
    assert [message.id for message in found] == (["engagement.W001"] if warned else [])
    assert all("ALLOWED_HOSTS=" in str(message.hint) for message in found)


@pytest.mark.finding(5)
@pytest.mark.django_db
def test_a_demonstration_teacher_on_a_public_site_is_told(settings: Settings) -> None:
    demo_teacher()
    make_teacher("demo@school.example.org")
    assert check_demonstration_teacher(None, ["default"]) == []
    settings.IS_PUBLIC = True
    assert check_demonstration_teacher(None, None) == []
    (warning,) = check_demonstration_teacher(None, ["default"])
    assert warning.id == "engagement.W002"
    assert "demo@example.org" in warning.msg
    assert "Delete it" in str(warning.hint)


@pytest.mark.finding(5)
@pytest.mark.django_db
def test_a_public_site_without_one_is_sound(settings: Settings) -> None:
    settings.IS_PUBLIC = True
    make_teacher("demo@school.example.org")
    assert check_demonstration_teacher(None, ["default"]) == []


@pytest.mark.finding(5)
def test_the_demonstration_teacher_is_looked_for_before_there_is_a_table(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--database", "default"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": "", "BEHIND_TLS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "demonstration" not in done.stderr
