"""Headers that every page sends."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, TypeVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

FEATURES: Final = (
    "accelerometer", "autoplay", "camera", "display-capture", "fullscreen", "geolocation",
    "gyroscope", "magnetometer", "microphone", "midi", "payment", "usb", "xr-spatial-tracking",
)  # fmt: skip
RETRY_AFTER: Final = "Retry-After"
HEADER: Final = "Permissions-Policy"
NOTHING: Final = ", ".join(f"{name}=()" for name in FEATURES)
CAMERA: Final = NOTHING.replace("camera=()", "camera=(self)")

Response = TypeVar("Response", bound=HttpResponse)


def come_again(response: Response, after_s: int) -> Response:
    """Tell the client in how many seconds the same request may succeed."""
    response[RETRY_AFTER] = str(after_s)
    return response


def opens_camera(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose page may ask for the camera; no other one may."""

    @functools.wraps(view)
    def with_camera(*args: Any, **kwargs: Any) -> HttpResponse:
        response = view(*args, **kwargs)
        response[HEADER] = CAMERA
        return response

    return with_camera


class PermissionsPolicyMiddleware:
    """Sends Permissions-Policy: nothing is allowed but what opens_camera says."""

    sync_capable = True
    async_capable = False

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        response.headers.setdefault(HEADER, NOTHING)
        return response
