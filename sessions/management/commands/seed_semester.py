"""Write a made-up semester for one teacher, marked as simulated."""

import json
import time
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse
from tqdm import tqdm

from sessions.demo.lessons import EMAIL, PublicSiteError, demo_teacher
from sessions.demo.semester import Size, make_semester
from sessions.models import Sample
from sessions.site.erasure import erase_traces

LIMITS = {"sessions": (1, 400), "students": (1, 500), "minutes": (5, 300)}


class Command(BaseCommand):
    help = (
        "Writes a course with simulated sessions: by default 40 lessons of 30 students, 50 minutes "
        "at one sample a second, which takes about two minutes and 1 GB of disk."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        size = Size()
        parser.add_argument(
            "--teacher", default=EMAIL, help="address of the account to write it for"
        )
        parser.add_argument("--sessions", type=int, default=size.sessions)
        parser.add_argument("--students", type=int, default=size.students, help="of each session")
        parser.add_argument("--minutes", type=int, default=size.minutes, help="of each session")
        parser.add_argument("--interval", type=float, default=size.interval_s, help="seconds")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        for name, (least, most) in LIMITS.items():
            if not least <= options[name] <= most:
                raise CommandError(f"--{name} is {options[name]}; choose {least} to {most}.")
        if not 0.2 <= options["interval"] <= 60:
            raise CommandError(f"--interval is {options['interval']:g}; choose 0.2 to 60 seconds.")
        size = Size(*(options[name] for name in (*LIMITS, "interval")))
        began = time.monotonic()
        made = list(
            tqdm(
                make_semester(_teacher(options["teacher"]), size),
                total=size.sessions,
                unit="session",
                disable=None,
            )
        )
        erase_traces()
        course = made[0].course
        told = {
            "course": course.name,
            "course_url": reverse("course", args=[course.pk]),
            "sessions": len(made),
            "samples": Sample.objects.filter(session__in=made).count(),
            "seconds": round(time.monotonic() - began, 1),
        }
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        self.stdout.write(
            f"“{course.name}”: {told['sessions']} sessions, {told['samples']:,} simulated samples, "
            f"in {told['seconds']} s. See {told['course_url']}"
        )


def _teacher(address: str) -> User:
    if address == EMAIL:
        try:
            return demo_teacher()
        except PublicSiteError as error:
            raise CommandError(f"{error} Name an account of the site with --teacher.") from None
    found = User.objects.filter(email__iexact=address).first()
    if found is None:
        raise CommandError(f"There is no account of {address}. Sign up first, or leave it out.")
    return found
