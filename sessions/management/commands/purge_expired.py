"""Delete what is older than the site keeps it; the running server does so every hour, too."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sessions.site.retention import purge_expired


class Command(BaseCommand):
    help = "Delete ended sessions, with all their records, that are older than RETENTION_DAYS."

    def handle(self, *args: Any, **options: Any) -> None:
        count = purge_expired()
        self.stdout.write(f"{count} sessions older than {settings.RETENTION_DAYS} days deleted.")
