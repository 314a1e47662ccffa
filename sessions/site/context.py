"""What every template may use."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from inference.manifest import Manifest
from inference.registry import model_manifest

THEME_COOKIE: Final = "theme"
DARK_MEDIA: Final = {"dark": "screen", "light": "not all"}
BY_DEVICE: Final = "screen and (prefers-color-scheme: dark)"


def served_manifest() -> Manifest | None:
    """The manifest of the emotion model in use; None where no emotion is estimated."""
    if settings.POLICY != "emotion":
        return None
    return model_manifest(settings.MODELS_DIR, settings.EMOTION_MODEL)


def site(request: HttpRequest) -> dict[str, Any]:
    return {
        "emotion_on": settings.POLICY == "emotion",
        "emotion_model": served_manifest(),
        "retention_days": settings.RETENTION_DAYS,
        "raw_retention_days": min(settings.RAW_RETENTION_DAYS, settings.RETENTION_DAYS),
        "signup_open": settings.SIGNUP_OPEN,
        # When css/dark.css holds: as the viewer chose (static/js/site/theme.js), or by device.
        "dark_media": DARK_MEDIA.get(request.COOKIES.get(THEME_COOKIE, ""), BY_DEVICE),
    }
