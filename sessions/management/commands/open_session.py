"""Open a session for scripts and measurements, and print where it is."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from sessions import services
from sessions.demo import lessons as demo
from sessions.models import ClassSession


class Command(BaseCommand):
    help = "Create a live session and print its code and addresses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--title", required=True)
        parser.add_argument(
            "--teacher", metavar="EMAIL", help="whose it is; default: the demonstration teacher"
        )
        parser.add_argument("--course", default="Demonstration", help="made where missing")
        parser.add_argument("--planned", action="store_true", help="create it but do not start it")
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between samples; default: 1"
        )
        parser.add_argument(
            "--url",
            default=f"http://localhost:{settings.PORT}",
            help="where the site is reached; default: %(default)s",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        session = ClassSession(
            course=services.course_named(_teacher(options["teacher"]), options["course"]),
            title=options["title"],
            interval_s=options["interval"],
        )
        try:
            session.full_clean()
        except ValidationError as error:
            raise CommandError("; ".join(error.messages)) from None
        session.save()
        if not options["planned"]:
            session = services.start_session(session)
        self._print(session, options["url"].rstrip("/"), as_json=options["json"])

    def _print(self, session: ClassSession, url: str, *, as_json: bool) -> None:
        facts = {
            "id": session.pk,
            "code": session.code,
            "state": str(session.state),
            "join_url": url + reverse("join_session", args=[session.code]),
            "dashboard_url": url + reverse("session_live", args=[session.pk]),
        }
        if as_json:
            self.stdout.write(json.dumps(facts))
        else:
            for name, value in facts.items():
                self.stdout.write(f"{name}: {value}")


def _teacher(email: str | None) -> User:
    if email is None:
        try:
            return demo.demo_teacher()
        except demo.PublicSiteError as error:
            raise CommandError(f"{error} Name another teacher with --teacher.") from None
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        raise CommandError(
            f"No teacher has the address {email}. Sign up on the site, or leave --teacher out."
        )
    return user
