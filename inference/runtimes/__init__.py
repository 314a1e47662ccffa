"""What computes the networks: OpenVINO by default, TensorFlow as the reference it is held to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final, Protocol

from inference.detection import Detector, HaarDetector
from inference.emotion import EmotionModel
from inference.yunet import Network as YuNetNetwork
from inference.yunet import YuNetDetector, find_yunet


class Runtime(Protocol):
    """Loads networks. name: of RUNTIMES. precision: that faces are found in.

    A model has its own precision, which may be less.
    """

    name: str
    precision: str

    def emotion_model(self, folder: Path) -> EmotionModel:
        """The emotion model in a folder, its files verified. Raises ModelError."""
        ...

    def yunet(self, file: Path) -> YuNetNetwork:
        """YuNet's network from its verified file. Raises DetectorError."""
        ...


DETECTORS: Final = ("yunet", "haar")


def make_runtime(name: str, compiled: Path, threads: int = 0) -> Runtime:
    """A runtime of RUNTIMES.

    compiled: the folder for what is made once for this machine. threads: cores that a run of a
    network may use, 0 for all.
    """
    return RUNTIMES[name](compiled, threads)


def load_detector(name: str, runtime: Runtime) -> Detector:
    """A detector of DETECTORS. Raises DetectorError for a missing or damaged file."""
    if name == "haar":
        return HaarDetector()
    return YuNetDetector(runtime.yunet(find_yunet()))


def _on_openvino(compiled: Path, threads: int) -> Runtime:
    from inference.runtimes.on_openvino import OpenVino

    return OpenVino(compiled, threads=threads)


def _on_tensorflow(compiled: Path, threads: int) -> Runtime:
    from inference.runtimes.on_tensorflow import TensorFlow, use_threads

    use_threads(threads)
    return TensorFlow()


class _Make(Protocol):
    def __call__(self, compiled: Path, threads: int) -> Runtime: ...


# Imported when chosen: TensorFlow takes seconds and hundreds of megabytes.
RUNTIMES: Final[Mapping[str, _Make]] = MappingProxyType(
    {"openvino": _on_openvino, "tensorflow": _on_tensorflow}
)
