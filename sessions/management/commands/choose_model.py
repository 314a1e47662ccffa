"""Measure the installed models on this machine, and say which one to serve."""

import json
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.bench import MAX_BYTES, MAX_PIXELS, make_frame, measure_frame
from inference.detection import DetectorError
from inference.manifest import ModelError, available_models, read_manifest
from inference.paths import COMPILED
from inference.pipeline import Pipeline
from inference.registry import Measured, recommend
from inference.runtimes import load_detector, make_runtime

SPLIT: Final = "PrivateTest"


class Command(BaseCommand):
    help = (
        "Measure every model in MODELS_DIR as it would be served here, and recommend the most "
        "accurate one that carries a class of --students at a frame a second each. Let nothing "
        "else work meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--students", type=int, default=60, help="default: %(default)s")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["students"] < 1:
            raise CommandError(f"--students is {options['students']}; expected at least 1")
        try:
            models = measure_models()
            best = recommend(models, options["students"])
        except (ModelError, DetectorError, ValueError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            found = {one.name: _as_json(one) for one in models}
            self.stdout.write(json.dumps({"models": found, "recommended": best.name}))
            return
        for one in sorted(models, key=lambda model: -model.accuracy):
            self.stdout.write(
                f"{one.name}: right for {one.accuracy:.1%} of FER2013's {SPLIT}, "
                f"{one.frames_per_s:.0f} frames a second here, about {one.students} students"
            )
        self.stdout.write(f"Recommended for {options['students']}: EMOTION_MODEL={best.name}")
        if best.students < options["students"]:
            self.stdout.write("None carries so many: the pages of the students will slow down.")


def measure_models() -> list[Measured]:
    """Every model in MODELS_DIR with the detector and the runtime of the settings.

    Raises ModelError and DetectorError.
    """
    runtime = make_runtime(settings.INFERENCE_RUNTIME, settings.DATA_DIR / COMPILED)
    detector = load_detector(settings.FACE_DETECTOR, runtime)
    frame = make_frame(None)
    measured = []
    for name in available_models(settings.MODELS_DIR):
        folder = settings.MODELS_DIR / name
        accuracy = read_manifest(folder).measured.get(SPLIT, {}).get("accuracy", 0.0)
        pipeline = Pipeline(runtime.emotion_model(folder), detector, MAX_BYTES, MAX_PIXELS)
        measured.append(Measured(name, accuracy, 1000 / measure_frame(pipeline, frame.jpeg)))
        pipeline.close()
    return measured


def _as_json(model: Measured) -> dict[str, float]:
    return {
        "accuracy": model.accuracy,
        "frames_per_s": round(model.frames_per_s, 1),
        "students": model.students,
    }
