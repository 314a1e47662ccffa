"""The addresses that a teacher hands out: by what name students reach the site."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def for_students(request: HttpRequest, path: str) -> str:
    """A link to this path that works on their devices, as far as the site knows its own name."""
    if settings.SITE_ORIGIN:
        return f"{settings.SITE_ORIGIN}{path}"
    return request.build_absolute_uri(path)


def is_only_here(link: str) -> bool:
    """Whether it works on this machine alone."""
    host = urlsplit(link).hostname or ""
    return host in {name.strip("[]") for name in settings.ONLY_HERE}
