"""Networks on OpenVINO, made once for this site and held to TensorFlow's stored answers."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.emotion import EmotionModel
from inference.manifest import Manifest, ModelError, read_manifest, verify_files
from inference.reference import read_reference
from inference.runtimes.compiled import compiled_model
from inference.runtimes.int8 import FILE as RANGES
from inference.runtimes.int8 import read_ranges, round_to_int8
from inference.runtimes.silent import openvino
from inference.yunet import STRIDES, Rows, decode, not_yunet

logger = logging.getLogger(__name__)

TOLERANCE: Final = 0.03
"""The greatest difference of a probability from TensorFlow's that is served."""
DEVICE: Final = "CPU"
ROUNDED: Final = "int8"
HALF: Final = "bfloat16"
WHOLE: Final = "float32"
HINTS: Final = {HALF: "bf16", WHOLE: "f32"}
OUTPUTS: Final = tuple(f"{kind}_{s}" for kind in ("cls", "obj", "bbox", "kps") for s in STRIDES)
"""YuNet's, in their order."""


class OpenVino:
    """See inference.runtimes.Runtime. Emotions in int8 where a model's folder has ranges for it.

    All else is computed in bfloat16 where the processor can, or in float32. compiled: the folder
    of the models made for this site. precision: that one alone. threads: cores that a run may
    use, 0 for all.
    """

    name = "openvino"

    def __init__(self, compiled: Path, precision: str | None = None, threads: int = 0) -> None:
        self._compiled = compiled
        self._core = openvino.Core()
        self._core.set_property(DEVICE, {"INFERENCE_NUM_THREADS": threads})
        able = self._core.get_property(DEVICE, "OPTIMIZATION_CAPABILITIES")
        self.precision = precision or (HALF if "BF16" in able else WHOLE)
        self._rounds = precision is None and "INT8" in able

    def emotion_model(self, folder: Path) -> EmotionModel:
        """See Runtime. In more bits where fewer move its answers too far.

        Raises ModelError where they are not TensorFlow's in any.
        """
        manifest = read_manifest(folder)
        verify_files(manifest)
        faces, expected = read_reference(folder)
        file = compiled_model(manifest, self._compiled)
        for precision in self._tried(manifest):
            model = EmotionModel(manifest, self._network(file, folder, precision))
            difference = float(np.abs(model.predict(faces) - expected).max())
            if difference <= TOLERANCE:
                return model
            logger.warning("%s is %.3f off in %s", folder.name, difference, precision)
        raise ModelError(
            f"{folder} gives probabilities on OpenVINO that differ by {difference:.3f} from "
            f"TensorFlow's, and {TOLERANCE} is allowed: set INFERENCE_RUNTIME=tensorflow."
        )

    def yunet(self, file: Path) -> YuNetNetwork:
        """See Runtime."""
        return YuNetNetwork(self._core, file, self.precision)

    def _tried(self, manifest: Manifest) -> list[str]:
        rounded = [ROUNDED] if self._rounds and RANGES in manifest.files else []
        return [*rounded, *dict.fromkeys((self.precision, WHOLE))]

    def _network(self, file: Path, folder: Path, precision: str) -> EmotionNetwork:
        network = self._core.read_model(file)
        if precision == ROUNDED:
            round_to_int8(network, read_ranges(folder), folder)
        rest = self.precision if precision == ROUNDED else precision
        compiled = self._core.compile_model(network, DEVICE, _options(rest))
        return EmotionNetwork(compiled, precision)


class EmotionNetwork:
    """See inference.emotion.Network. One run uses every core that it may."""

    def __init__(self, compiled: openvino.CompiledModel, precision: str) -> None:
        self.precision = precision
        self._requests = _Requests(compiled)

    def probabilities(self, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
        """See Network."""
        request = self._requests.own()
        try:
            request.infer({0: pixels}, share_inputs=True)
        except RuntimeError as error:
            raise ValueError(str(error)) from error
        return np.array(request.get_output_tensor(0).data, np.float32)


class YuNetNetwork:
    """See inference.yunet.Network. One run uses every core that it may.

    In bfloat16 a landmark moves by .1 % of the face's width on average, by .3 % at most in 95 of
    100 faces of two videos, against float32.
    """

    batch = 8
    """More at once are no quicker."""

    def __init__(self, core: openvino.Core, file: Path, precision: str) -> None:
        """Raises DetectorError for a file that is not YuNet's."""
        try:
            network = core.read_model(file)
            network.reshape(openvino.PartialShape([-1, 3, -1, -1]))
            compiled = core.compile_model(network, DEVICE, _options(precision))
        except RuntimeError as error:
            raise not_yunet(file, str(error).strip().splitlines()[-1]) from None
        if len(compiled.outputs) != len(OUTPUTS):
            raise not_yunet(file, f"{len(compiled.outputs)} outputs instead of {len(OUTPUTS)}")
        self._requests = _Requests(compiled)

    def rows(self, images: NDArray[np.uint8]) -> list[Rows]:
        """See Network."""
        _, height, width, _ = images.shape
        request = self._requests.own()
        planes = np.ascontiguousarray(images.transpose(0, 3, 1, 2), np.float32)
        request.infer({0: planes}, share_inputs=True)
        found = {name: request.get_output_tensor(i).data for i, name in enumerate(OUTPUTS)}
        # The network was written for one picture: it joins the places of all.
        found = {
            name: all_.reshape(len(images), -1, all_.shape[-1]) for name, all_ in found.items()
        }
        return [
            decode({name: values[number] for name, values in found.items()}, width, height)
            for number in range(len(images))
        ]


def _options(precision: str) -> dict[str, str]:
    return {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": HINTS[precision]}


class _Requests:
    """A thread's own request of a compiled network: it holds the buffers of one run."""

    def __init__(self, compiled: openvino.CompiledModel) -> None:
        self._compiled = compiled
        self._local = threading.local()

    def own(self) -> openvino.InferRequest:
        if not hasattr(self._local, "request"):
            self._local.request = self._compiled.create_infer_request()
        request: openvino.InferRequest = self._local.request
        return request
