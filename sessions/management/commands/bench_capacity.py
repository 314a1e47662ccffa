"""How many students a server of this machine carries, from nothing to too much."""

import asyncio
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference import recorded
from inference.bench import MAX_BYTES, MAX_PIXELS, make_frame, measure_frame
from inference.detection import DetectorError
from inference.manifest import ModelError, find_model
from inference.paths import COMPILED
from inference.pipeline import Pipeline
from inference.recorded import Recording
from inference.runtimes import load_detector, make_runtime
from sessions.demo.browser import SimulationError
from sessions.demo.capacity.chart import write_chart
from sessions.demo.capacity.crowd import Crowd
from sessions.demo.capacity.figures import Point, find_most, most_carried, summary
from sessions.demo.capacity.own_site import own_site
from sessions.demo.simulation import read_frames
from sessions.management.arguments import count

RECORDED: Final = recorded.write(Recording(1, 0.0, 0.0, (0.04, 0.0, 0.03, 0.5, 0.38, 0.04, 0.01)))


class Command(BaseCommand):
    help = (
        "Starts a server of its own, raises its students until frames are answered late or not at "
        "all, and prints the most that it carries, beside what the seed's loop and the analysis "
        "alone do on this machine. Let nothing else run meanwhile; it takes some minutes."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--model", default=settings.EMOTION_MODEL, help="one of models/")
        parser.add_argument("--most", type=count, default=1000, help="students at most")
        parser.add_argument("--seconds", type=count, default=20, help="of each load")
        parser.add_argument("--overload", action="store_true", help="then three times too many")
        parser.add_argument(
            "--without-analysis",
            action="store_true",
            help="frames bring their answers along: what everything else costs",
        )
        parser.add_argument("--video", nargs="+", type=Path, help="shown; a drawn face by default")
        parser.add_argument("--chart", type=Path, help="an HTML file to draw the curve into")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = self._measure(options)
        except (SimulationError, ModelError, DetectorError) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for name, value in found.items():
            self.stdout.write(f"{name}: {value}")

    def _measure(self, options: dict[str, Any]) -> dict[str, Any]:
        model, seconds = options["model"], options["seconds"]
        files = options["video"] or ()
        is_recorded = options["without_analysis"]
        videos = [read_frames(path) for path in files] or [[make_frame(None).jpeg]]
        limit, seed = limit_per_s(model, videos[0][0]), seed_per_s()
        self.stderr.write(f"the seed's loop {seed:.1f}, the analysis alone {limit:.1f} frames/s")
        overload = None
        with own_site(model, recorded=is_recorded) as site:
            crowd = Crowd(site, [[RECORDED]] if is_recorded else videos)

            def measure(students: int) -> Point:
                crowd.join(students)
                point = asyncio.run(crowd.load(students, seconds))
                self.stderr.write(
                    f"{students} students: {point.frames_per_second} frames/s, p95 "
                    f"{point.rtt_ms['p95']} ms, {point.shed} shed, CPU {point.cpu_server}"
                )
                return point

            measure(min(25, options["most"]))  # Warms caches; does not count.
            curve = find_most(measure, options["most"])
            if options["overload"]:
                most = max(1, most_carried(curve))
                crowd.join(3 * most)
                overload = asdict(asyncio.run(crowd.overload(max(1, most // 2), 3 * most)))
        if options["chart"]:
            write_chart(curve, f"{model} on {os.cpu_count()} cores", options["chart"])
        return {
            "model": model,
            "cores": os.cpu_count(),
            "without_analysis": is_recorded,
            **summary(curve, seed, limit),
            "curve": [asdict(point) for point in curve],
            "overload": overload,
        }


def seed_per_s() -> float:
    """Frames a second of inference.seed_loop, in a process that leaves no threads behind."""
    done = subprocess.run(
        [sys.executable, "-m", "inference.seed_loop"],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SimulationError(f"The seed's loop failed:\n{done.stderr[-2000:]}")
    return float(json.loads(done.stdout.splitlines()[-1])["frames_per_second"])


def limit_per_s(model: str, jpeg: bytes) -> float:
    """Frames a second of the analysis alone, as it is served. Raises ModelError, DetectorError."""
    runtime = make_runtime(settings.INFERENCE_RUNTIME, settings.DATA_DIR / COMPILED)
    served = runtime.emotion_model(find_model(settings.MODELS_DIR, model))
    detector = load_detector(settings.FACE_DETECTOR, runtime)
    pipeline = Pipeline(served, detector, MAX_BYTES, MAX_PIXELS)
    try:
        return round(1000 / measure_frame(pipeline, jpeg), 1)
    finally:
        pipeline.close()
