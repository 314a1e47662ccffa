"""One frame's way from bytes to emotion and engagement, many frames at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection import Box, Detector, Face, clip_box
from inference.emotion import EmotionModel
from inference.frames import FrameError, decode_jpeg
from inference.labels import most_probable
from inference.pose import Pose, head_pose
from inference.preprocessing import crop_face
from inference.stages import Sums, Timer
from inference.threads import be_nice

MIN_FACE: Final = 20
"""Pixels: what is seen of a usable face is at least this long; a smaller one is a blur."""

WORKERS: Final = min(8, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What was seen in one frame.

    width, height: of the frame, pixels. faces: usable faces. box: x, y, w, h of the largest,
    inside the frame. probabilities: seven, in the order of EMOTIONS. pose: where its head points,
    None where that is not known. Without a usable face ("away") box, probabilities and pose are
    None; without a model probabilities and pose are. model: the emotion model's name, empty
    without one. detector: what found the faces.
    """

    width: int
    height: int
    faces: int
    box: Box | None
    probabilities: tuple[float, ...] | None
    pose: Pose | None
    model: str
    detector: str

    @property
    def emotion(self) -> str | None:
        """The most probable emotion, None without probabilities."""
        return None if self.probabilities is None else most_probable(self.probabilities)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A decoded frame's size and faces, and the largest face cut out."""

    width: int
    height: int
    faces: int
    box: Box | None
    crop: NDArray[np.uint8] | None
    pose: Pose | None = None


class Pipeline:
    """Decodes and detects in a small pool of threads, then runs the model once for all.

    model: None where only presence may be counted; results then have faces and a box alone.
    max_bytes, max_pixels: what a frame may have at most. stages: takes the times down. workers:
    frames that are looked at side by side, 0 for one a core.
    """

    def __init__(
        self,
        model: EmotionModel | None,
        detector: Detector,
        max_bytes: int,
        max_pixels: int,
        stages: Timer | None = None,
        workers: int = 0,
    ) -> None:
        # The pool already uses every core; threads inside OpenCV would only compete with it.
        cv2.setNumThreads(1)
        self.model = model
        self.detector = detector
        self._max_bytes = max_bytes
        self._max_pixels = max_pixels
        self._stages = stages or Sums()
        self.workers = workers or WORKERS
        self._pool = self._new_pool()

    def analyse(self, frames: Sequence[bytes]) -> list[FrameResult | FrameError]:
        """Analyse frames, each a whole JPEG. Returns one answer for each, in the same order.

        A frame that cannot be read is answered by a FrameError and disturbs no other.
        """
        seen = self._look_at(frames)
        crops = [s.crop for s in seen if isinstance(s, _Seen) and s.crop is not None]
        rows = iter(self._predict(crops))
        return [
            s
            if isinstance(s, FrameError)
            else self._result(s, None if s.crop is None else next(rows))
            for s in seen
        ]

    def warm(self) -> None:
        """Run detector and model, so that the first frame is as fast as the others."""
        self.detector.warm()
        if self.model:
            self.model.warm()

    def renew(self) -> None:
        """Go on with fresh threads: one of the old ones hangs."""
        old, self._pool = self._pool, self._new_pool()
        old.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """End the pool's threads."""
        self._pool.shutdown()

    def _new_pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self.workers, thread_name_prefix="detect", initializer=be_nice)

    def _predict(self, crops: list[NDArray[np.uint8]]) -> Iterable[NDArray[np.float32]]:
        if not self.model or not crops:
            return ()
        with self._stages.measure("emotion", len(crops)):
            return self.model.predict(np.stack(crops))

    def _look_at(self, frames: Sequence[bytes]) -> list[_Seen | FrameError]:
        """Decode, detect and cut out, each in the pool."""
        decoded = list(self._pool.map(self._decode, frames))
        images = [image for image in decoded if not isinstance(image, FrameError)]
        step = self.detector.batch
        parts = [images[start : start + step] for start in range(0, len(images), step)]
        faces = chain.from_iterable(self._pool.map(self._detect, parts))
        seen = self._pool.map(self._cut, images, faces)
        return [image if isinstance(image, FrameError) else next(seen) for image in decoded]

    def _decode(self, data: bytes) -> NDArray[np.uint8] | FrameError:
        with self._stages.measure("decode"):
            try:
                return decode_jpeg(data, self._max_bytes, self._max_pixels)
            except FrameError as error:
                return error

    def _detect(self, images: list[NDArray[np.uint8]]) -> list[list[Face]]:
        with self._stages.measure("detect", len(images)):
            return self.detector.detect_all(images)

    def _cut(self, image: NDArray[np.uint8], found: list[Face]) -> _Seen:
        with self._stages.measure("pose"):
            return self._see(image, found)

    def _see(self, image: NDArray[np.uint8], found: list[Face]) -> _Seen:
        height, width = image.shape[:2]
        faces = usable(found, width, height)
        if not faces:
            return _Seen(width, height, 0, None, None)
        box = clip_box(faces[0].box, width, height)
        if self.model is None:
            return _Seen(width, height, len(faces), box, None)
        crop = cut_out(image, faces[0], self.model, self.detector)
        pose = head_pose(faces[0].landmarks, width, height)
        return _Seen(width, height, len(faces), box, crop, pose)

    def _result(self, seen: _Seen, row: NDArray[np.float32] | None) -> FrameResult:
        return FrameResult(
            width=seen.width,
            height=seen.height,
            faces=seen.faces,
            box=seen.box,
            probabilities=None if row is None else as_tuple(row),
            pose=seen.pose,
            model=self.model.name if self.model else "",
            detector=self.detector.name,
        )


def usable(faces: Sequence[Face], width: int, height: int) -> list[Face]:
    """Those worth an estimate, in a picture of this size."""
    boxes = ((face, clip_box(face.box, width, height)) for face in faces)
    return [face for face, (_, _, w, h) in boxes if min(w, h) > 0 and max(w, h) >= MIN_FACE]


def cut_out(
    image: NDArray[np.uint8], face: Face, model: EmotionModel, detector: Detector
) -> NDArray[np.uint8]:
    """The face as the model takes it, (size, size, channels)."""
    # The crop takes the whole box: cut at the border, the face would lie off its middle.
    return crop_face(image, face.box, model.size, detector.crop_scale, model.channels)


def as_tuple(row: NDArray[np.float32]) -> tuple[float, ...]:
    """The probabilities of a row of the model's."""
    return tuple(float(value) for value in row)
