"""Analyse images and videos exactly as the site does: python -m inference.analyze FILE...

A video is sampled, and each picture scaled to 320 px and encoded as JPEG as the browser does.
With --json one object a line: file, time (seconds; null for an image), faces, box (x, y, w, h
in the file's own pixels), probabilities by emotion and emotion of the picture, and what is
estimated along a video: label, direction, facing, expression, engagement, level, definition; then
model and detector. A figure is a model's estimate, never a grade.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from inference.detection import DetectorError, clip_box
from inference.engagement import INDEX_2
from inference.frames import FrameError, decode_jpeg, encode_jpeg
from inference.labels import EMOTIONS, most_probable
from inference.manifest import ModelError, find_model
from inference.paths import MODELS_DIR, compiled_dir
from inference.pipeline import FrameResult, Pipeline
from inference.registry import DEFAULT_MODEL
from inference.runtimes import DETECTORS, RUNTIMES, load_detector, make_runtime
from inference.track import StudentTrack
from inference.video import UnreadableFile, sample_video, webcam_jpeg

IMAGE_SIDE: Final = 1280
IMAGE_QUALITY: Final = 95
BATCH: Final = 16
MAX_BYTES: Final = 50_000_000
MAX_PIXELS: Final = 200_000_000
"""Files of one's own may be larger than what a student may send."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One JPEG out of a file. time: seconds, None for an image. width, height: the file's."""

    jpeg: bytes
    time: float | None
    width: int
    height: int


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status: 0, 1 for a file that was not analysed, 2 for a model."""
    options = _parser().parse_args(arguments)
    try:
        pipeline = _load(options.model, options.detector, options.runtime)
    except (ModelError, DetectorError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    failed = False
    for file in options.files:
        try:
            for line in analyse_file(pipeline, file, options.fps):
                print(json.dumps(line) if options.json else readable(line), flush=True)
        except (OSError, UnreadableFile, FrameError) as error:
            print(f"error: {file}: {error}", file=sys.stderr)
            failed = True
    pipeline.close()
    return int(failed)


def analyse_file(pipeline: Pipeline, file: Path, fps: float) -> Iterator[dict[str, Any]]:
    """Analyse an image, or a video fps times a second; one object for each picture.

    Raises OSError, UnreadableFile or FrameError for a file that cannot be read.
    """
    track = StudentTrack(INDEX_2)
    for pictures in _batches(_pictures(file, fps)):
        answers = pipeline.analyse([picture.jpeg for picture in pictures])
        for picture, answer in zip(pictures, answers, strict=True):
            if isinstance(answer, FrameError):
                raise answer
            yield _line(file, picture, answer, track)


def readable(line: dict[str, Any]) -> str:
    """The same for people, on one line."""
    where = line["file"] if line["time"] is None else f"{line['file']} {line['time']:7.2f} s"
    if not line["faces"]:
        return f"{where}  no usable face"
    engagement = "unknown" if line["engagement"] is None else f"{line['engagement']:.2f}"
    if line["emotion"] is None:
        return f"{where}  turned away  engagement {engagement}  faces {line['faces']}"
    share = line["probabilities"][line["emotion"]]
    return f"{where}  {line['emotion']} {share:.0%}  engagement {engagement}  faces {line['faces']}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m inference.analyze",
        description="Analyse faces in images and videos with the pipeline that the site runs.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="image or video")
    parser.add_argument("--json", action="store_true", help="print one JSON object a line")
    parser.add_argument(
        "--model",
        default=DEFAULT_MODEL,
        help="a name in models/ or a model's folder (default: %(default)s)",
    )
    parser.add_argument(
        "--detector", choices=DETECTORS, default=DETECTORS[0], help="(default: %(default)s)"
    )
    parser.add_argument(
        "--runtime", choices=RUNTIMES, default=next(iter(RUNTIMES)), help="(default: %(default)s)"
    )
    parser.add_argument(
        "--fps",
        type=_positive,
        default=5.0,
        help="pictures a second of a video (default: %(default)g)",
    )
    return parser


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError(f"expected a number above 0, up to 1000, got {text!r}")
    return value


def _load(model: str, detector: str, runtime: str) -> Pipeline:
    folder = Path(model)
    if not (folder / "manifest.json").is_file():
        folder = find_model(MODELS_DIR, model)
    on = make_runtime(runtime, compiled_dir())
    found = load_detector(detector, on)
    return Pipeline(on.emotion_model(folder), found, MAX_BYTES, MAX_PIXELS)


def _batches(pictures: Iterator[Picture]) -> Iterator[list[Picture]]:
    batch: list[Picture] = []
    for picture in pictures:
        batch.append(picture)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _pictures(file: Path, fps: float) -> Iterator[Picture]:
    with file.open("rb"):
        pass  # OpenCV does not say why it cannot open a file; Python does.
    if cv2.haveImageReader(str(file)):
        yield _image(file)
    else:
        yield from _video(file, fps)


def _image(file: Path) -> Picture:
    """An image as JPEG; a JPEG that is small enough goes through untouched."""
    data = file.read_bytes()
    is_jpeg = data.startswith(b"\xff\xd8\xff")
    image: Any
    if is_jpeg:
        image = decode_jpeg(data, MAX_BYTES, MAX_PIXELS)
    else:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise UnreadableFile("the picture is damaged")
    height, width = image.shape[:2]
    if not is_jpeg or max(width, height) > IMAGE_SIDE:
        data = encode_jpeg(image, IMAGE_QUALITY, IMAGE_SIDE / max(width, height))
    return Picture(data, None, width, height)


def _video(file: Path, fps: float) -> Iterator[Picture]:
    for time, image in sample_video(file, fps):
        height, width = image.shape[:2]
        yield Picture(webcam_jpeg(image), time, width, height)


def _line(file: Path, picture: Picture, result: FrameResult, track: StudentTrack) -> dict[str, Any]:
    box = None
    if result.box is not None:
        scale = picture.width / result.width
        x, y, w, h = (round(value * scale) for value in result.box)
        box = list(clip_box((x, y, w, h), picture.width, picture.height))
    estimate = track.update(picture.time or 0.0, result)
    values = estimate.probabilities
    return {
        "file": str(file),
        "time": None if picture.time is None else round(picture.time, 3),
        "faces": result.faces,
        "box": box,
        "probabilities": None if values is None else dict(zip(EMOTIONS, values, strict=True)),
        "emotion": None if values is None else most_probable(values),
        "label": estimate.label,
        "direction": estimate.direction,
        "facing": estimate.facing,
        "expression": estimate.expression,
        "engagement": estimate.engagement,
        "level": estimate.level,
        "definition": estimate.definition,
        "model": result.model,
        "detector": result.detector,
    }


if __name__ == "__main__":
    sys.exit(main())
