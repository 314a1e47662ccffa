"""Videos as a student's browser would send them: sampled in time, small, JPEG."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.frames import encode_jpeg

WIDTH: Final = 320
QUALITY: Final = 70
"""Both as static/js/joining/capture-worker.js has them."""
USUAL_RATE: Final = 25.0
"""Frames a second of a file that does not tell."""


class UnreadableFile(ValueError):
    """A file that is no picture and no video; the message says what is wrong."""


def sample_video(file: Path, fps: float) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """The seconds and the pictures, (H, W, 3) BGR, of a video, fps of them a second at most.

    Raises UnreadableFile where OpenCV cannot read it, or not a single picture of it.
    """
    capture = cv2.VideoCapture(str(file))
    if not capture.isOpened():
        raise UnreadableFile("neither an image nor a video that OpenCV can read")
    rate = capture.get(cv2.CAP_PROP_FPS) or USUAL_RATE
    number = taken = 0
    try:
        while capture.grab():
            time = number / rate
            number += 1
            if time * fps < taken:
                continue
            readable, image = capture.retrieve()
            if readable:
                taken = int(time * fps) + 1
                yield time, np.asarray(image, np.uint8)
    finally:
        capture.release()
    if taken == 0:
        raise UnreadableFile("the video has no frame that can be read")


def webcam_jpeg(image: NDArray[np.uint8]) -> bytes:
    """A picture, (H, W, 3) BGR, as the student's page sends it: at most WIDTH pixels wide."""
    return encode_jpeg(image, QUALITY, WIDTH / image.shape[1])
