"""A video becomes what a student's browser would send."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference.frames import inspect_jpeg
from inference.video import QUALITY, WIDTH, UnreadableFile, sample_video, webcam_jpeg
from tests.server import ROOT


def write_video(path: Path, rate: float, frames: int) -> Path:
    """Grey pictures of 64 x 48 that grow lighter."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), rate, (64, 48))
    for number in range(frames):
        writer.write(np.full((48, 64, 3), 2 * number, np.uint8))
    writer.release()
    return path


@pytest.mark.parametrize(
    ("rate", "fps", "taken"), [(30, 5, 10), (30, 7, 14), (4, 5, 60), (30, 30, 60)]
)
def test_a_video_is_sampled_in_time(tmp_path: Path, rate: float, fps: float, taken: int) -> None:
    file = write_video(tmp_path / "video.avi", rate, 60)
    samples = list(sample_video(file, fps))
    assert len(samples) == taken
    for number, (time, image) in enumerate(samples):
        assert time >= number / fps or rate < fps
        assert image.shape == (48, 64, 3)
        assert abs(float(image.mean()) - 2 * time * rate) < 5


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.mp4").write_text("no video")
    for name in ("notes.mp4", "missing.mp4"):
        with pytest.raises(UnreadableFile):
            list(sample_video(tmp_path / name, 5))


@pytest.mark.parametrize(
    ("width", "height", "sent"),
    [(640, 480, (320, 240)), (200, 300, (200, 300)), (4000, 3, (320, 1))],
)
def test_a_picture_is_scaled_down_and_never_up(
    width: int, height: int, sent: tuple[int, int]
) -> None:
    image = np.full((height, width, 3), 128, np.uint8)
    assert inspect_jpeg(webcam_jpeg(image), 100_000, 1_000_000) == sent


def test_the_students_page_sends_the_same() -> None:
    script = (ROOT / "static" / "js" / "joining" / "capture-worker.js").read_text()
    assert f"WIDTH_PX = {WIDTH};" in script
    quality = re.search(r"QUALITIES = \[([0-9.]+)", script)
    assert quality is not None
    assert float(quality[1]) * 100 == QUALITY
