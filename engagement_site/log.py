"""What a log must not say: the secrets that stand in addresses of this site."""

from __future__ import annotations

import logging
import re
from typing import Final

SECRET: Final = re.compile(r"(/join/[^/\s]+/(?:me|room)/|/invitations/)[^/\s]+")
"""Of a student's private link, of a room's camera, and of a colleague's invitation."""


class Line(logging.Formatter):
    """Puts … in the place of every such secret, in a traceback too."""

    def format(self, record: logging.LogRecord) -> str:
        return SECRET.sub(r"\1…", super().format(record))
