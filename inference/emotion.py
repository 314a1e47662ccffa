"""The emotion model: faces in, probabilities of the seven emotions out, on any runtime."""

from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from inference.manifest import ARCHITECTURE_FILE, Manifest, ModelError
from inference.preprocessing import PREPROCESSINGS

MAX_BATCH: Final = 16
"""Faces in one run of the network; more are split, so that memory stays bounded."""


class Network(Protocol):
    """An emotion model's network on some runtime. May be called from several threads at once.

    precision: that it computes in.
    """

    precision: str

    def probabilities(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """(N, S, S, C) prepared faces, N up to MAX_BATCH, to (N, 7). Raises ValueError."""
        ...


class EmotionModel:
    """A trained network as its manifest describes it. predict() may be called from any thread.

    name, title: from the manifest. size: the side of the faces it takes, in pixels.
    channels: 1 where it takes grey faces, 3 for BGR. precision: that its network computes in.
    Raises ModelError, which names the file, for a network that does not take such faces or gives
    anything but seven numbers.
    """

    def __init__(self, manifest: Manifest, network: Network) -> None:
        self.manifest = manifest
        self.name = manifest.name
        self.title = manifest.title
        self.size = manifest.size
        self.channels = manifest.channels
        self.precision = network.precision
        self._shape = (manifest.size, manifest.size, manifest.channels)
        self._prepare = PREPROCESSINGS[manifest.preprocessing].prepare
        self._network = network
        self._check_output()

    def predict(self, faces: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Estimate the emotions of faces.

        faces: (N, size, size, channels), 0 to 255, as crop_face gives them; N may be 0. Returns
        (N, 7) in the order of EMOTIONS, each row summing to 1. Raises ValueError for another
        shape.
        """
        if faces.shape[1:] != self._shape:
            wanted = ", ".join(str(side) for side in self._shape)
            raise ValueError(f"faces must be (N, {wanted}), got {faces.shape}")
        pixels = self._prepare(faces)
        parts = [
            self._network.probabilities(pixels[start : start + MAX_BATCH])
            for start in range(0, len(pixels), MAX_BATCH)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(EMOTIONS)), np.float32)

    def warm(self) -> None:
        """Run every size of batch once: OpenVINO prepares for each, and no student shall wait."""
        for count in range(1, MAX_BATCH + 1):
            self.predict(np.zeros((count, *self._shape), np.uint8))

    def _check_output(self) -> None:
        path = self.manifest.folder / ARCHITECTURE_FILE
        try:
            found = self.predict(np.zeros((1, *self._shape), np.uint8)).shape
        except ValueError as error:
            colour = "grey" if self.channels == 1 else "BGR"
            raise ModelError(
                f"{path} does not take one {colour} face of {self.size} x {self.size} pixels: "
                f"{error}"
            ) from error
        if found != (1, len(EMOTIONS)):
            raise ModelError(f"{path} must give {len(EMOTIONS)} logits a face, got {found[1:]}.")
