"""A made-up class in the demonstration's live session, until it or the server ends."""

import asyncio
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions.codes import normalise_code
from sessions.demo.browser import Plan, SimulationError
from sessions.demo.lessons import create_demo
from sessions.demo.playing import LESSON_S, play, wait_until_ready


class Command(BaseCommand):
    help = (
        "Let a made-up class take part in a live session of a server with RECORDED_FRAMES=1: its "
        "frames bring their answers along, and go through pages, sockets and database as others."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", help="of the running site; by default that of `make demo`")
        parser.add_argument("--join", metavar="CODE", help="by default the demonstration's")
        parser.add_argument("--students", type=int, choices=range(1, 501), default=18, metavar="N")
        parser.add_argument("--seconds", type=float, default=LESSON_S)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print one JSON object at the end")

    def handle(self, *args: Any, **options: Any) -> None:
        url = (options["url"] or f"http://localhost:{settings.PORT}").rstrip("/")
        try:
            wait_until_ready(url)
            code = normalise_code(options["join"] or create_demo().live.code)
            plan = Plan(url, code, options["students"], fps=1.0, seconds=options["seconds"])
            self.stderr.write(f"{plan.students} made-up students take part in {code}.")
            outcome = asyncio.run(play(plan, options["seed"], lambda *_: None))
        except SimulationError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(outcome.summary()))
