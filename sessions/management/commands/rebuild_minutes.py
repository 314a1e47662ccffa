"""Sum up samples by minute anew, for instance after rows were changed by hand."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from sessions import minutes
from sessions.models import ClassSession


class Command(BaseCommand):
    help = (
        "Makes the minutes of all sessions that have ended anew from their samples. Those whose "
        "samples are deleted keep theirs."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--session", type=int, help="its number; by default all")

    def handle(self, *args: Any, **options: Any) -> None:
        sessions = ClassSession.objects.to_rebuild()
        if options["session"]:
            sessions = sessions.filter(pk=options["session"])
        keys = list(sessions.values_list("pk", flat=True))
        for key in tqdm(keys, unit="session", disable=None):
            minutes.rebuild(key)
        self.stdout.write(f"Minutes of {len(keys)} sessions made anew.")
