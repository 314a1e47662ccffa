"""Fixtures of the tests in a browser."""

from pathlib import Path

import pytest

from tests.e2e.browser import make_camera_file


@pytest.fixture(scope="session")
def camera(face_video: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The video with the real face as what a browser's webcam shows."""
    return make_camera_file(face_video, tmp_path_factory.mktemp("camera"))
