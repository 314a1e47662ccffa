"""A real face where ../shared is missing: the astronaut of scikit-image, warped into media.

The photograph is NASA's, in the public domain, and comes inside the package.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

Image = NDArray[np.uint8]
FPS: Final = 25
SECONDS: Final = 8
SIZE: Final = (640, 360)
VIDEOS: Final = ("sad_to_happy.mp4", "neutral_to_happy.mp4")


def make_media(folder: Path) -> Path:
    """Write the files that ../shared/media has, by the same names; returns the folder."""
    face = _portrait()
    cv2.imwrite(str(folder / "group_photo.jpg"), group_of(face))
    for number, name in enumerate(VIDEOS):
        _write_video(folder / name, face, phase=number * np.pi / 2)
    return folder


def _portrait() -> Image:
    """Head and shoulders, 300 pixels high, BGR."""
    whole = np.asarray(data.astronaut()[:300, 80:380, ::-1], np.uint8)
    return np.ascontiguousarray(whole)


def group_of(face: Image) -> Image:
    """Five copies of a face, each turned and lit a little differently, the first the largest."""
    picture = np.full((720, 1280, 3), 140, np.uint8)
    places = ((30, 30, 330), (400, 60, 250), (700, 50, 260), (990, 60, 240), (480, 400, 250))
    for number, (x, y, side) in enumerate(places):
        warped = warp(face, turn=4.0 * (number - 2), scale=1.0, shift=0.0, smile=0.0)
        small = cv2.resize(warped, (side, side), interpolation=cv2.INTER_AREA)
        picture[y : y + side, x : x + side] = np.clip(small * (0.85 + 0.07 * number), 0, 255)
    return picture


def warp(face: Image, *, turn: float, scale: float, shift: float, smile: float) -> Image:
    """Turn by degrees, scale, move (share of the width), and pull the corners of the mouth up."""
    height, width = face.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale)
    matrix[0, 2] += shift * width
    moved = _smile(face, smile) if smile else face
    return np.asarray(
        cv2.warpAffine(moved, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8
    )


def _smile(face: Image, strength: float) -> Image:
    """Bend the lower half of the face: its sides go up, by at most 12 pixels."""
    height, width = face.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centre, mouth = width * 0.48, height * 0.5
    beside = np.clip(np.abs(x - centre) / (0.12 * width), 0, 1)
    near = np.exp(-(((y - mouth) / (0.06 * height)) ** 2) - ((x - centre) / (0.15 * width)) ** 2)
    lifted: Any = y + 12 * strength * beside * near
    return np.asarray(cv2.remap(face, x, lifted, cv2.INTER_LINEAR), np.uint8)


def _write_video(path: Path, face: Image, phase: float) -> None:
    """Moves and turns slowly, comes to smile, and is away for the last second."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), FPS, SIZE)
    for number in range(FPS * SECONDS):
        picture = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
        at = number / (FPS * SECONDS)
        if at < 1 - 1 / SECONDS:
            swing = float(np.sin(4 * np.pi * at + phase))
            frame = warp(face, turn=5 * swing, scale=1.0, shift=0.04 * swing, smile=at)
            picture[30:330, 170:470] = frame
        writer.write(picture)
    writer.release()
