"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "emotion_on": settings.POLICY == "emotion",
        "retention_days": settings.RETENTION_DAYS,
        "signup_open": settings.SIGNUP_OPEN,
    }
