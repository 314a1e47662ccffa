"""Make the demonstration teacher, course and sessions, and say how to get in."""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from sessions.demo.lessons import EMAIL, PASSWORD, PublicSiteError, create_demo


class Command(BaseCommand):
    help = (
        "Creates a demonstration teacher with a course, finished sessions with simulated history "
        "and a live session. Run again, it adds nothing twice. Refused where others "
        "reach the site (BEHIND_TLS, HOST): the password is known."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo = create_demo()
        except PublicSiteError as error:
            raise CommandError(f"{error} Try it on a site of its own.") from None
        base = f"http://localhost:{settings.PORT}"
        told = {
            "email": EMAIL,
            "password": PASSWORD,
            "login_url": base + reverse("account_login"),
            "report_url": base + reverse("session_report", args=[demo.finished[-1].pk]),
            "code": demo.live.code,
            "join_url": base + reverse("join_session", args=[demo.live.code]),
            "dashboard_url": base + reverse("session_live", args=[demo.live.pk]),
        }
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        self.stdout.write(
            f"Sign in at {told['login_url']} as {EMAIL} with the password {PASSWORD}\n"
            f"Report of a simulated session: {told['report_url']}\n"
            f"Live session {told['code']}: students join at {told['join_url']}\n"
            f"Its dashboard: {told['dashboard_url']}"
        )
