"""What a number of students needs, from what was measured of a few."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions.demo.capacity.plan import BUSY, MEASURED, Use, plan, read_costs
from sessions.demo.capacity.queueing import BATCH, Scene, simulate
from sessions.management.arguments import count

READY: Final = (0.05, 0.25, 0.5, 0.75, 1.0)
"""Of the replicas that the whole lesson needs: so many run before it begins."""


class Command(BaseCommand):
    help = (
        "Prints cores, memory, rows a day, messages, network and money that so many students need, "
        "and what breaks first where there is one of each; docs/capacity.md says how. With "
        "--simulate also what a beginning lesson loses, by how many replicas are ready before it."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--students", type=count, required=True)
        parser.add_argument("--model", default=settings.EMOTION_MODEL)
        parser.add_argument("--hours", type=float, default=5.0, help="of lessons a day")
        parser.add_argument("--core-price", type=float, default=20.0, help="of a core, a month")
        parser.add_argument("--measured", type=Path, default=MEASURED, help="another machine's")
        parser.add_argument("--simulate", action="store_true")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        students = options["students"]
        try:
            costs = read_costs(options["model"], options["measured"])
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from None
        use = Use(students, hours=options["hours"], core_price=options["core_price"])
        found = {"model": options["model"], **plan(use, costs)}
        if options["simulate"]:
            batch_s, frame_s = costs.batch_ms / 1000, costs.frame_ms / 1000
            needed = students * (frame_s + batch_s / BATCH) / BUSY
            firsts = [max(1, round(ready * needed)) for ready in READY]
            scenes = [Scene(students, batch_s, frame_s, BUSY, first=first) for first in firsts]
            found["simulated"] = [asdict(simulate(scene)) for scene in scenes]
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for name, value in found.items():
            self.stdout.write(f"{name}: {value}")
