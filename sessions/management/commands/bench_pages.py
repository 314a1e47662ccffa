"""Measure every page and export of a course, for instance of a made-up semester."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from sessions.demo.page_times import PageError, largest_course, measure
from sessions.models import Course, Sample


class Command(BaseCommand):
    help = (
        "Reads each page and export of a course as its teacher would, cold, and prints the median "
        "time, the queries and the peak of memory. Make a semester first: manage.py seed_semester."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--course", type=int, help="its number; by default the largest course")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["course"]
        course = Course.objects.filter(pk=wanted).first() if wanted else largest_course()
        if course is None:
            raise CommandError("There is no such course. Make one: manage.py seed_semester.")
        try:
            pages = measure(course, self.stderr.write)
        except PageError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            told = {
                "database": connection.vendor,
                "samples": Sample.objects.count(),
                "pages": [asdict(page) for page in pages],
            }
            self.stdout.write(json.dumps(told))
            return
        for page in sorted(pages, key=lambda one: -one.ms):
            self.stdout.write(
                f"{page.page:32} {page.ms:8.1f} ms {page.queries:3} queries {page.peak_mb:7.1f} MB"
            )
