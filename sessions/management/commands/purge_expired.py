"""Delete what is older than the site keeps it; the running server does so every hour, too."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sessions import services


class Command(BaseCommand):
    help = "Delete ended sessions, with all their records, that are older than RETENTION_DAYS."

    def handle(self, *args: Any, **options: Any) -> None:
        count = services.purge_expired()
        self.stdout.write(f"{count} sessions older than {settings.RETENTION_DAYS} days deleted.")
