"""Write the schema of the JSON export anew, after a change of its form."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sessions.reports.exports.json_schema import FILE, schema_text


class Command(BaseCommand):
    help = f"Write docs/{FILE}: the form of the JSON export of a session."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / FILE
        path.write_text(schema_text(), encoding="utf-8")
        self.stdout.write(f"wrote {path}")
