"""Misconfiguration that would only show while a class runs, found at the start, with a hint."""

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import Error as DatabaseError

from inference.detection import DetectorError
from inference.manifest import ModelError, find_model, read_manifest, verify_files
from inference.yunet import find_yunet
from sessions.site.accounts import DEMO_USERNAME

EVERY_ADDRESS: Final = frozenset({"0.0.0.0", "::", "[::]"})


@register("models")
def check_face_detector(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The face detector must be there, whole and unaltered."""
    if settings.FACE_DETECTOR != "yunet":
        return []
    try:
        find_yunet()
    except DetectorError as error:
        return [
            Error(
                str(error),
                hint="Restore models/yunet_2023mar (git checkout models/), or set "
                "FACE_DETECTOR=haar, which finds fewer faces.",
                id="engagement.E003",
            )
        ]
    return []


@register("models")
def check_emotion_model(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The emotion model must be there, whole and unaltered; without emotion none is needed."""
    if settings.POLICY != "emotion":
        return []
    try:
        manifest = read_manifest(find_model(settings.MODELS_DIR, settings.EMOTION_MODEL))
        verify_files(manifest)
    except ModelError as error:
        return [
            Error(
                str(error),
                hint="Set EMOTION_MODEL to one of the models in models/, restore its files "
                "(git checkout models/), or set POLICY=presence to run without emotion.",
                id="engagement.E001",
            )
        ]
    return []


@register(Tags.security)
def check_reachable_names(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """A server that listens on every address must know by which names it is called."""
    if settings.HOST not in EVERY_ADDRESS:
        return []
    names = set(settings.ALLOWED_HOSTS) - settings.ONLY_HERE - EVERY_ADDRESS
    if names:
        return []
    return [
        Warning(
            f"HOST={settings.HOST} listens on every address, but ALLOWED_HOSTS names none that "
            "another computer can use: pages and sockets will refuse everybody else.",
            hint="Set ALLOWED_HOSTS to the names and addresses of this computer, separated by "
            "commas, for example ALLOWED_HOSTS=localhost,192.168.1.20,school.example.org.",
            id="engagement.W001",
        )
    ]


@register(Tags.database)
def check_demonstration_teacher(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """An account whose password everybody knows has no place where others reach the site."""
    if not settings.IS_PUBLIC or not databases or not _has_user(DEMO_USERNAME):
        return []
    return [
        Warning(
            f"The demonstration teacher {DEMO_USERNAME} is in the database of a site that others "
            "reach. It cannot sign in here.",
            hint="Delete it on /admin/auth/user/, with its course; give a demonstration a "
            "DATA_DIR of its own.",
            id="engagement.W002",
        )
    ]


@register(Tags.security)
def check_recorded_frames(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """Answers that students bring along are for a demonstration on this machine alone."""
    if not settings.RECORDED_FRAMES or not settings.IS_PUBLIC:
        return []
    return [
        Error(
            "RECORDED_FRAMES=1 believes what a frame says of itself, and others reach this site.",
            hint="Leave RECORDED_FRAMES out; it is for `make demo`.",
            id="engagement.E005",
        )
    ]


@register("models")
def check_ray(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Ray must be installed where it analyses."""
    if settings.INFERENCE != "ray" or find_spec("ray") is not None:
        return []
    return [
        Error(
            "INFERENCE=ray, but Ray is not installed.",
            hint="pip install -r requirements-ray.txt; docs/operations.md has the rest.",
            id="engagement.E006",
        )
    ]


def _has_user(username: str) -> bool:
    try:
        return User.objects.filter(username=username).exists()
    except DatabaseError:
        # No table yet, or no database: others say so.
        return False
