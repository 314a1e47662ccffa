"""Fixtures that many files use; real parts that are missing skip here and fail in CI."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest
from pytest_django.fixtures import Settings

from inference.frames import encode_jpeg
from sessions.site import limits
from tests import postgres, real_faces, redis_server
from tests.server import Server, running_server

# A busy machine is no failure.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

ROOT = Path(__file__).resolve().parent.parent
YUNET = ROOT / "models" / "yunet_2023mar" / "face_detection_yunet_2023mar.onnx"
IN_CI = bool(os.environ.get("CI"))
ON_POSTGRESQL = os.environ.get("DATABASE_URL", "").startswith("postgres")
# What only PostgreSQL has: test_storage_postgres.py runs it there.
collect_ignore = [] if ON_POSTGRESQL else ["test_live_partitions.py"]


def pytest_collection_finish() -> None:
    """What was imported stays: half a million objects that the collector need not look through."""
    gc.freeze()


def skip_or_fail(reason: str) -> NoReturn:
    """A part that only a full machine has: missing in CI is a failure, elsewhere a skip."""
    if IN_CI:
        pytest.fail(f"in CI nothing real may be missing: {reason}")
    pytest.skip(reason, allow_module_level=True)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data and media that stands beside the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        skip_or_fail("../shared is not here: real data and media are needed for this test")
    return folder


@pytest.fixture(scope="session")
def face_jpeg() -> bytes:
    """One real face, 320 x 240, as a student's browser sends it."""
    return encode_jpeg(real_faces.face_picture(), 80)


@pytest.fixture(scope="session")
def group_jpeg() -> bytes:
    """Five real faces, 640 pixels wide."""
    picture = real_faces.group_picture()
    return encode_jpeg(picture, 80, 640 / picture.shape[1])


@pytest.fixture(scope="session")
def group_photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A JPEG file of 1000 x 667 with five real faces, the largest at the right."""
    path = tmp_path_factory.mktemp("photo") / "group_photo.jpg"
    path.write_bytes(encode_jpeg(real_faces.group_picture(), 95))
    return path


@pytest.fixture(scope="session")
def face_video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MP4 file of 18 s: a real face moves, is sad, goes away, comes back and is happy."""
    return real_faces.write_video(tmp_path_factory.mktemp("video") / "sad_to_happy.mp4")


@pytest.fixture(autouse=True)
def no_earlier_tries() -> None:
    """What other tests have tried counts toward no limit."""
    limits.forget_all()


@pytest.fixture(autouse=True)
def light_settings(settings: Settings) -> None:
    """Static files by their plain names, so that none need collecting, and quick passwords."""
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def brisk() -> Iterator[None]:
    """Recorders store, and try again, ten times a second; a test may undo its own patches."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sessions.live.recorder.BEAT_S", 0.1)
        patch.setattr("sessions.live.recorder.BACK_OFF_S", (0.1,))
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A real Daphne that every test may use and none may stop."""
    with running_server() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """A real PostgreSQL; each test makes a database of its own in it."""
    programs = postgres.programs()
    if programs is None:
        skip_or_fail("PostgreSQL is not installed: apt-get install postgresql")
    with postgres.running_postgres(programs) as running:
        yield running


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The URL of a real, empty Redis."""
    program = redis_server.program()
    if program is None:
        skip_or_fail("Redis is not installed: apt-get install redis-server")
    with redis_server.running_redis(program) as url:
        yield url
