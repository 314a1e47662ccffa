"""Write the JSON schema of the sockets' messages anew, after a change of the protocol."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from sessions.live.protocol_schema import FILE, schema_text


class Command(BaseCommand):
    help = f"Write docs/{FILE}: the sockets' messages as a JSON schema."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / "docs" / FILE
        path.write_text(schema_text(), encoding="utf-8")
        self.stdout.write(f"wrote {path}")
