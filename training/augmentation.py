"""Random changes to training faces, and batches that depend on nothing but their index."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from inference.preprocessing import standardise
from training.corruption import corrupt_some


class Batch(NamedTuple):
    """What one step learns from.

    view: seed, epoch and index of the changes; where they are equal, so are the faces. faces:
    (B, S, S, C) uint8, changed, as teachers see them. pictures: the same, some of them corrupted,
    in a repeated view some mirrored, and preprocessed, float32. targets: (B, 7). weights: (B,),
    of the loss.
    """

    view: tuple[int, int, int]
    faces: NDArray[np.uint8]
    pictures: NDArray[np.float32]
    targets: NDArray[np.float32]
    weights: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far a face may be changed.

    flip, erase: probabilities. rotation: degrees either way. scale, shift: fractions
    either way, of the size. erase_area: the greatest part of the picture that is erased.
    brightness: fraction of 255 either way. contrast: fraction either way. Both are for
    preprocessings that keep them; standardise takes them out. mix: the probability that
    another face of the batch shows through, with up to half of the light and of the target
    (after Zhang and others, "mixup", 2018). corrupt: the probability that it suffers what
    webcams do (training.corruption); teachers see it as it was before.
    """

    flip: float = 0.5
    rotation: float = 15.0
    scale: float = 0.15
    shift: float = 0.12
    erase: float = 0.5
    erase_area: float = 0.2
    brightness: float = 0.0
    contrast: float = 0.0
    mix: float = 0.0
    corrupt: float = 0.0


def augment(
    faces: NDArray[np.uint8], settings: Augmentation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Flip, turn, scale, shift, light and partly erase each face of (N, S, S, C) on its own."""
    size = faces.shape[1]
    changed = np.empty_like(faces)
    for index, face in enumerate(faces):
        warped = cv2.warpAffine(
            face,
            _affine(size, settings, rng),
            (size, size),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        if settings.brightness or settings.contrast:
            warped = _expose(warped, settings, rng)
        _erase(warped, settings, rng)
        changed[index] = warped.reshape(face.shape)
    return changed


def mix(
    faces: NDArray[np.uint8],
    targets: NDArray[np.float32],
    chance: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Let another of the (N, S, S, C) faces show through some of them, and of (N, 7) targets."""
    if chance == 0:
        return faces, targets
    others = rng.permutation(len(faces))
    part = np.where(rng.random(len(faces)) < chance, rng.uniform(0, 0.5, len(faces)), 0)
    part = part.astype(np.float32)[:, None]
    light = part[..., None, None]
    mixed = np.round((1 - light) * faces + light * faces[others])
    return mixed.astype(np.uint8), (1 - part) * targets + part * targets[others]


def resize(faces: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Bring (N, S, S, C) faces to (N, size, size, C)."""
    if faces.shape[1:3] == (size, size):
        return faces
    interpolation = cv2.INTER_AREA if size < faces.shape[1] else cv2.INTER_CUBIC
    resized = [cv2.resize(face, (size, size), interpolation=interpolation) for face in faces]
    return np.asarray(resized, np.uint8).reshape(len(faces), size, size, faces.shape[-1])


def with_channels(faces: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    """Bring (N, S, S, C) faces, grey or BGR, to 1 channel or to 3."""
    if faces.shape[-1] == channels:
        return faces
    if channels == 3:
        return np.repeat(faces, 3, axis=-1)
    grey = [cv2.cvtColor(face, cv2.COLOR_BGR2GRAY) for face in faces]
    return np.asarray(grey, np.uint8)[..., None]


@dataclass(frozen=True, slots=True)
class Look:
    """What a network sees of a face: its side in pixels and the served preprocessing."""

    size: int
    prepare: Callable[[NDArray[np.uint8]], NDArray[np.float32]] = standardise


class FaceBatches(keras.utils.PyDataset):
    """Augmented, preprocessed batches of one epoch, in an order of their own.

    weights: (N,), how much each face counts; in its loss, or, where drawn, in the chance to
    be in a batch. A batch is a function of seed, epoch and index alone, so that a resumed
    training sees exactly what an uninterrupted one would have seen, whatever the number of
    workers. The last, incomplete batch is left out. views: after so many epochs the same
    changed faces come again, half of them mirrored; 0 for new ones in each epoch.
    """

    def __init__(
        self,
        faces: NDArray[np.uint8],
        targets: NDArray[np.float32],
        weights: NDArray[np.float32],
        *,
        drawn: bool = False,
        batch_size: int,
        look: Look,
        settings: Augmentation,
        seed: int,
        epoch: int,
        views: int = 0,
    ) -> None:
        super().__init__()
        count = len(faces)
        if count < batch_size:
            raise ValueError(f"{count} faces do not fill one batch of {batch_size}")
        self._faces = faces
        self._targets = targets
        self._weights = np.ones_like(weights) if drawn else weights
        self._batch_size = batch_size
        self._look = look
        self._settings = settings
        self._epoch = epoch
        self._view = epoch % views if views else epoch
        self._key = (seed, self._view)
        rng = np.random.default_rng(self._key)
        if drawn:
            chances = weights.astype(np.float64)
            self._order = rng.choice(count, count, p=chances / chances.sum())
        else:
            self._order = rng.permutation(count)

    def __len__(self) -> int:
        return len(self._faces) // self._batch_size

    def __getitem__(self, index: int) -> Batch:
        rows = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        rng = np.random.default_rng((*self._key, index))
        faces = augment(resize(self._faces[rows], self._look.size), self._settings, rng)
        faces, targets = mix(faces, self._targets[rows], self._settings.mix, rng)
        anew = np.random.default_rng((*self._key, index, self._epoch))
        seen = corrupt_some(faces, self._settings.corrupt, anew)
        if self._view != self._epoch:
            turned = anew.random(len(rows)) < 0.5
            seen[turned] = seen[turned, :, ::-1]
        pictures = self._look.prepare(seen)
        return Batch((*self._key, index), faces, pictures, targets, self._weights[rows])


def _affine(size: int, settings: Augmentation, rng: np.random.Generator) -> NDArray[np.float64]:
    """A 2 by 3 matrix that turns and scales about the centre, then shifts."""
    angle = math.radians(rng.uniform(-settings.rotation, settings.rotation))
    scale = 1 + rng.uniform(-settings.scale, settings.scale)
    shift = rng.uniform(-settings.shift, settings.shift, 2) * size
    mirror = -1.0 if rng.random() < settings.flip else 1.0
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    linear = np.array([[cosine * mirror, -sine], [sine * mirror, cosine]])
    centre = np.full(2, (size - 1) / 2)
    return np.column_stack((linear, centre + shift - linear @ centre))


def _expose(
    face: NDArray[np.uint8], settings: Augmentation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Another contrast about the face's mean, and another brightness."""
    mean = face.mean()
    gain = 1 + rng.uniform(-settings.contrast, settings.contrast)
    offset = 255 * rng.uniform(-settings.brightness, settings.brightness)
    exposed = (face.astype(np.float32) - mean) * gain + mean + offset
    return np.asarray(np.clip(np.round(exposed), 0, 255), np.uint8)


def _erase(face: NDArray[np.uint8], settings: Augmentation, rng: np.random.Generator) -> None:
    """Paint a rectangle of one random grey over the (S, S) or (S, S, 3) face, in place."""
    if rng.random() >= settings.erase:
        return
    size = face.shape[0]
    area = rng.uniform(0.02, max(0.02, settings.erase_area)) * size * size
    ratio = math.exp(rng.uniform(math.log(0.4), math.log(2.5)))
    height = min(size, max(1, round(math.sqrt(area * ratio))))
    width = min(size, max(1, round(math.sqrt(area / ratio))))
    top = rng.integers(0, size - height + 1)
    left = rng.integers(0, size - width + 1)
    face[top : top + height, left : left + width] = rng.integers(0, 256)
