"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from inference import service


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "emotion_on": settings.POLICY == "emotion",
        "emotion_model": service.served_manifest(),
        "retention_days": settings.RETENTION_DAYS,
        "signup_open": settings.SIGNUP_OPEN,
    }
