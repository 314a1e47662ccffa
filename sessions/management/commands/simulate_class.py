"""A whole class of simulated students against a running server."""

import asyncio
import json
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from sessions.codes import normalise_code
from sessions.demo.browser import Plan, SimulationError
from sessions.demo.simulation import read_frames, simulate
from sessions.demo.stage_times import between, read_stages
from sessions.management.arguments import count, positive


class Command(BaseCommand):
    help = "Let simulated students join a class and send frames of videos, and print figures."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", required=True, type=_url, help="of the running site")
        parser.add_argument("--join", required=True, metavar="CODE", help="of a live class")
        parser.add_argument("--students", type=count, default=20)
        parser.add_argument("--fps", type=positive, default=1.0, help="frames a second each")
        parser.add_argument("--seconds", type=positive, default=60.0)
        parser.add_argument(
            "--video", required=True, nargs="+", type=Path, metavar="FILE", help="shared out"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(
            url=options["url"],
            code=normalise_code(options["join"]),
            students=options["students"],
            fps=options["fps"],
            seconds=options["seconds"],
        )
        frames = max(1, round(plan.seconds * plan.fps)) * plan.students
        try:
            videos = [read_frames(path) for path in options["video"]]
            before = read_stages(plan.url, settings.METRICS_TOKEN)
            with tqdm(total=frames, unit="frame") as bar:
                outcome = asyncio.run(simulate(plan, videos, lambda *_: bar.update()))
        except SimulationError as error:
            raise CommandError(str(error)) from None
        stages = between(before, read_stages(plan.url, settings.METRICS_TOKEN))
        summary = outcome.summary() | {"stages": stages}
        if options["json"]:
            self.stdout.write(json.dumps(summary))
        else:
            for name, value in summary.items():
                self.stdout.write(f"{name}: {value}")


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ArgumentTypeError(f"{text!r} must begin with http:// or https://")
    return text.rstrip("/")
