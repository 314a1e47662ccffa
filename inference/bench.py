"""Measure the served pipeline on this machine: python -m inference.bench [--image FILE]

Prints one JSON object: milliseconds a face of every model in models/ at batch 1, 8 and 16, in
float32 as it is served and in bfloat16, and milliseconds a frame of detection. Times of one run
compare with each other only, so each model's come with their ratio to the first one's at batch
16 in float32, and detection's likewise.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import keras
import numpy as np

from inference.detection import load_detector
from inference.emotion import EmotionModel
from inference.manifest import ModelError, available_models, find_model
from inference.network import load_network
from inference.paths import MODELS_DIR, yunet_path

REPEATS: Final = 30
FRAME_WIDTH: Final = 320
SERVED: Final = "float32"
HALF: Final = "bfloat16"
BASE: Final = 16
"""The batch whose time every ratio refers to."""


def median_ms(run: Callable[[], object]) -> float:
    """The median time of a call in milliseconds, after three calls that do not count."""
    times = []
    for _ in range(REPEATS + 3):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return statistics.median(times[3:]) * 1000


def measure_model(model: EmotionModel) -> dict[int, float]:
    """Milliseconds a face by batch size: 1, 8, 16."""
    faces = np.random.default_rng(0).integers(
        0, 256, (BASE, model.size, model.size, model.channels), dtype=np.uint8
    )
    return {
        size: median_ms(lambda size=size: model.predict(faces[:size])) / size  # type: ignore[misc]
        for size in (1, 8, BASE)
    }


def load_in_bfloat16(folder: Path) -> EmotionModel:
    """A model that computes in bfloat16, its last layer excepted; its weights stay whole.

    Raises ModelError as EmotionModel.load does.
    """
    manifest, network = load_network(folder)
    half = keras.DTypePolicy("mixed_bfloat16")
    for layer in network.layers[1:-1]:
        layer.dtype_policy = half
    return EmotionModel(manifest, network)


def measure_detectors(image: Path) -> dict[str, float]:
    """Milliseconds a frame of 320 px by detector. Raises OSError for an unreadable picture."""
    pixels = cv2.imread(str(image))
    if pixels is None:
        raise OSError(f"{image} is no picture that OpenCV can read.")
    height = round(pixels.shape[0] * FRAME_WIDTH / pixels.shape[1])
    frame = np.asarray(cv2.resize(pixels, (FRAME_WIDTH, height)), dtype=np.uint8)
    detectors = [load_detector(file) for file in {None, yunet_path()}]
    return {
        detector.name: median_ms(lambda detector=detector: detector.detect(frame))  # type: ignore[misc]
        for detector in detectors
    }


def measure(folders: list[Path], image: Path | None) -> dict[str, Any]:
    """All measurements: {"models": {name: {precision: {batch: {"ms", "ratio"}}}}, "detectors"}.

    Raises ModelError and OSError.
    """
    milliseconds = {
        folder.name: {
            SERVED: measure_model(EmotionModel.load(folder)),
            HALF: measure_model(load_in_bfloat16(folder)),
        }
        for folder in folders
    }
    base = milliseconds[folders[0].name][SERVED][BASE]
    detectors = measure_detectors(image) if image else {}
    return {
        "models": {
            name: {
                precision: {str(size): _beside(value, base) for size, value in times.items()}
                for precision, times in precisions.items()
            }
            for name, precisions in milliseconds.items()
        },
        "detectors": {name: _beside(value, base) for name, value in detectors.items()},
    }


def _beside(milliseconds: float, base: float) -> dict[str, float]:
    return {"ms": round(milliseconds, 3), "ratio": round(milliseconds / base, 2)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m inference.bench", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--image", type=Path, help="a picture with faces, to time detection")
    parser.add_argument(
        "--model", action="append", help="one of models/; again for more. All by default"
    )
    options = parser.parse_args(arguments)
    cv2.setNumThreads(1)
    try:
        folders = [
            find_model(MODELS_DIR, name) for name in options.model or available_models(MODELS_DIR)
        ]
        if not folders:
            raise ModelError(f"{MODELS_DIR} has no models. Set MODELS_DIR to a folder with some.")
        print(json.dumps(measure(folders, options.image)))
    except (ModelError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
