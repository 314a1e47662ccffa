"""Delete what is older than the site keeps it; the running server does so every hour, too."""

from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sessions.live.housekeeping import purge_expired
from sessions.live.thinning import thin_expired
from sessions.site.erasure import finish_erasing

ERASED_WITHIN_S: Final = 30.0


class Command(BaseCommand):
    help = (
        "Delete ended sessions, with all their records, that are older than RETENTION_DAYS, and "
        "the samples of those older than RAW_RETENTION_DAYS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        count, thinned = purge_expired(), thin_expired()
        self.stdout.write(f"{count} sessions older than {settings.RETENTION_DAYS} days deleted.")
        self.stdout.write(
            f"Samples of {thinned} sessions older than {settings.RAW_RETENTION_DAYS} days deleted; "
            "their minutes stay."
        )
        if not finish_erasing(within_s=ERASED_WITHIN_S):
            raise CommandError(
                "Somebody reads the database all the time: what was deleted may still be in its "
                "write-ahead log. Run the command again."
            )
