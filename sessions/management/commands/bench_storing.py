"""Store samples at a rate while pages are open, and say how long both took."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions.demo.page_times import PageError
from sessions.demo.storing_load import measure


class Command(BaseCommand):
    help = (
        "Gives the recorder samples of a made-up class at a rate, reads its pages meanwhile, and "
        "prints what was stored and how long pages took. It uses this site's database and deletes "
        "the class afterwards."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rate", type=int, default=1000, help="samples a second")
        parser.add_argument("--seconds", type=float, default=600.0)
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["rate"] < 1 or not 0 < options["seconds"] < float("inf"):
            raise CommandError("--rate must be at least 1, and --seconds above 0.")
        try:
            found = asdict(measure(options["rate"], options["seconds"], self.stderr.write))
        except PageError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(found))
            return
        for name, value in found.items():
            self.stdout.write(f"{name}: {value}")
