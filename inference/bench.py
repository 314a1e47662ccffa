"""Measure the served pipeline on this machine: python -m inference.bench [IMAGE]

Prints one JSON object: milliseconds a face of the emotion model at batch 1, 8 and 16, and
milliseconds a frame of detection. Times of one run compare with each other only, so each
comes with its ratio to the model at batch 16.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from inference.choice import default_model
from inference.detection import load_detector
from inference.emotion import EmotionModel
from inference.manifest import find_model
from inference.paths import MODELS_DIR, yunet_path

REPEATS: Final = 30
FRAME_WIDTH: Final = 320


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
        0, 256, (16, model.size, model.size, model.channels), dtype=np.uint8
    )
    return {
        size: median_ms(lambda size=size: model.predict(faces[:size])) / size  # type: ignore[misc]
        for size in (1, 8, 16)
    }


def measure_detectors(image: Path) -> dict[str, float]:
    """Milliseconds a frame of 320 px by detector. Raises OSError for an unreadable picture."""
    pixels = cv2.imread(str(image))
    if pixels is None:
        raise OSError(f"{image} is no picture that OpenCV can read.")
    height = round(pixels.shape[0] * FRAME_WIDTH / pixels.shape[1])
    frame = np.asarray(cv2.resize(pixels, (FRAME_WIDTH, height)), dtype=np.uint8)
    files = [None, yunet_path()] if yunet_path().exists() else [None]
    detectors = [load_detector(file) for file in files]
    return {
        f"detect_{detector.name}": median_ms(lambda detector=detector: detector.detect(frame))  # type: ignore[misc]
        for detector in detectors
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("image", nargs="?", type=Path, help="a picture with faces")
    parser.add_argument("--model", default=default_model(MODELS_DIR))
    options = parser.parse_args()
    cv2.setNumThreads(1)
    model = EmotionModel.load(find_model(MODELS_DIR, options.model))
    milliseconds = {f"model_batch_{size}": value for size, value in measure_model(model).items()}
    if options.image:
        milliseconds |= measure_detectors(options.image)
    base = milliseconds["model_batch_16"]
    result: dict[str, Any] = {
        "model": model.name,
        "ms": {name: round(value, 3) for name, value in milliseconds.items()},
        "ratio_to_model_batch_16": {
            name: round(value / base, 2) for name, value in milliseconds.items()
        },
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
