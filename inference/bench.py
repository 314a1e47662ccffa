"""Measure the served pipeline on this machine: python -m inference.bench [--json]

Milliseconds of each stage and of a whole frame, by runtime and precision, all in one run: times
of one run compare with each other only. A frame has one face. Decoding and pose take one core;
detection, in the batches that each runtime takes, emotion, in batches of 1, 8 and 16 faces, and
the whole frame, in batches of 16, take all that they can.
"ratio" is the whole frame as it is served over the same by TensorFlow and OpenCV's YuNet.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detection import Detector, DetectorError
from inference.drawn_face import drawn_face
from inference.emotion import MAX_BATCH, EmotionModel
from inference.frames import decode_jpeg, encode_jpeg
from inference.manifest import ModelError, available_models, find_model
from inference.paths import MODELS_DIR, compiled_dir
from inference.pipeline import Pipeline
from inference.pose import head_pose
from inference.runtimes import Runtime, load_detector
from inference.runtimes.on_openvino import WHOLE, OpenVino
from inference.video import webcam_jpeg

REPEATS: Final = 20
BATCHES: Final = (1, 8, MAX_BATCH)
MAX_BYTES: Final = 1_000_000
MAX_PIXELS: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame that is measured with, and the same decoded."""

    jpeg: bytes
    pixels: NDArray[np.uint8]


def median_ms(run: Callable[[], object]) -> float:
    """The median time of a call in milliseconds, after three calls that do not count."""
    times = []
    for _ in range(REPEATS + 3):
        started = time.perf_counter()
        run()
        times.append(time.perf_counter() - started)
    return statistics.median(times[3:]) * 1000


def make_frame(image: Path | None) -> Frame:
    """A picture as a browser sends it; a drawn face where none is named. Raises OSError."""
    pixels = cv2.imread(str(image)) if image else drawn_face()
    if pixels is None:
        raise OSError(f"{image} is no picture that OpenCV can read.")
    jpeg = webcam_jpeg(np.asarray(pixels, np.uint8)) if image else encode_jpeg(drawn_face(), 80)
    return Frame(jpeg, decode_jpeg(jpeg, MAX_BYTES, MAX_PIXELS))


def runtimes() -> list[Runtime]:
    """All that can compute here: the reference first, what is served last."""
    # TensorFlow takes seconds to import.
    from inference.runtimes.on_tensorflow import TensorFlow

    served = OpenVino(compiled_dir())
    precisions = dict.fromkeys((WHOLE, served.precision))
    return [TensorFlow(), *(OpenVino(compiled_dir(), one) for one in precisions), served]


def measure_emotion(model: EmotionModel) -> dict[str, float]:
    """Milliseconds a face by the size of the batch."""
    shape = (MAX_BATCH, model.size, model.size, model.channels)
    faces = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return {str(size): _emotion_ms(model, faces[:size]) for size in BATCHES}


def _emotion_ms(model: EmotionModel, faces: NDArray[np.uint8]) -> float:
    return round(median_ms(lambda: model.predict(faces)) / len(faces), 3)


def measure_detector(detector: Detector, frame: Frame) -> float:
    """Milliseconds a picture, in batches as the pipeline gives them."""
    pictures = [frame.pixels] * detector.batch
    return round(median_ms(lambda: detector.detect_all(pictures)) / len(pictures), 3)


def measure_frame(pipeline: Pipeline, jpeg: bytes) -> float:
    """Milliseconds a whole frame, in batches of 16."""
    frames = [jpeg] * MAX_BATCH
    return round(median_ms(lambda: pipeline.analyse(frames)) / MAX_BATCH, 3)


def measure(folders: Sequence[Path], frame: Frame, chosen: Sequence[Runtime]) -> dict[str, Any]:
    """All measurements of these models on these runtimes, the reference first; see above.

    Raises ModelError and DetectorError.
    """
    models: dict[str, dict[str, Any]] = {folder.name: {} for folder in folders}
    detect = {}
    for runtime in chosen:
        detector = load_detector("yunet", runtime)
        key = f"{runtime.name}/{runtime.precision}"
        if key not in detect:
            detect[key] = measure_detector(detector, frame)
        for folder in folders:
            model = runtime.emotion_model(folder)
            key = f"{runtime.name}/{model.precision}"
            if key in models[folder.name]:
                continue
            pipeline = Pipeline(model, detector, MAX_BYTES, MAX_PIXELS)
            models[folder.name][key] = {
                "emotion_ms": measure_emotion(model),
                "frame_ms": measure_frame(pipeline, frame.jpeg),
            }
            pipeline.close()
    faces = detector.detect(frame.pixels)
    landmarks = faces[0].landmarks if faces else None
    height, width = frame.pixels.shape[:2]
    haar = load_detector("haar", chosen[0])
    detect["haar"] = measure_detector(haar, frame)
    return {
        "cores": os.cpu_count(),
        "precisions": sorted({key.split("/")[1] for times in models.values() for key in times}),
        "decode_ms": round(median_ms(lambda: decode_jpeg(frame.jpeg, MAX_BYTES, MAX_PIXELS)), 3),
        "detect_ms": detect,
        "pose_ms": round(median_ms(lambda: head_pose(landmarks, width, height)), 3),
        "models": models,
        "ratio": {name: _ratio(list(times.values())) for name, times in models.items()},
    }


def _ratio(times: list[dict[str, Any]]) -> float:
    served, reference = times[-1]["frame_ms"], times[0]["frame_ms"]
    return round(float(served) / float(reference), 3)


def table(found: dict[str, Any]) -> str:
    """The same for people."""
    lines = [f"decode {found['decode_ms']:.2f} ms", f"pose {found['pose_ms']:.2f} ms"]
    lines += [f"detect, {key}: {value:.2f} ms" for key, value in found["detect_ms"].items()]
    for name, by_runtime in found["models"].items():
        for key, times in by_runtime.items():
            faces = ", ".join(f"{ms:.2f} (x{size})" for size, ms in times["emotion_ms"].items())
            lines.append(f"{name}, {key}: a face {faces} ms; a frame {times['frame_ms']:.2f} ms")
        lines.append(f"{name}: a frame takes {found['ratio'][name]:.0%} of the reference's time")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m inference.bench", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--image", type=Path, help="a picture with a face; a drawn one by default")
    parser.add_argument(
        "--model", action="append", help="one of models/; again for more. All by default"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        names = options.model or available_models(MODELS_DIR)
        folders = [find_model(MODELS_DIR, name) for name in names]
        if not folders:
            raise ModelError(f"{MODELS_DIR} has no models. Set MODELS_DIR to a folder with some.")
        found = measure(folders, make_frame(options.image), runtimes())
    except (ModelError, DetectorError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(json.dumps(found) if options.json else table(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
