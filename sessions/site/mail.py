"""Whether this site sends e-mail; what is not sent is not asked for."""

from __future__ import annotations

from typing import Final

from django.conf import settings

UNSENT: Final = frozenset(
    f"django.core.mail.backends.{name}.EmailBackend" for name in ("console", "dummy", "filebased")
)
"""They write a mail down for whoever runs the site, or nowhere."""


def sends_mail() -> bool:
    """Whether a mail reaches whom it is for."""
    return settings.EMAIL_BACKEND not in UNSENT
