"""Whether a face is found, for a student who tries the camera before joining. Nothing is kept."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from inference.analysis import Shed
from inference.frames import FrameError
from sessions.live.runtime import current
from sessions.models import ClassSession
from sessions.site.headers import come_again
from sessions.site.limits import CAMERA_CHECKS, address_of

BUSY: Final = "The server is busy. Your camera works; join, and it is looked at again."


@never_cache
@require_POST
def check(request: HttpRequest, code: str) -> JsonResponse:
    """How many faces are in the posted JPEG, which is the body as it is.

    200: {"faces": n}. Otherwise {"message"}: 404 for no class that can be joined, 400 and 413 for
    a picture that cannot be read, 429 and 503 where it may be sent again.
    """
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    if request.content_type != "image/jpeg" or length > settings.FRAME_MAX_BYTES:
        return JsonResponse({"message": "Send one small JPEG picture."}, status=413)
    session = ClassSession.objects.joinable().filter(code=code).first()
    if session is None:
        return JsonResponse({"message": "There is no class to join here."}, status=404)
    if not CAMERA_CHECKS.spend(address_of(request), session.pk):
        return _later(429)
    runtime = current()
    if runtime is None:
        return _later(503)
    try:
        return JsonResponse({"faces": runtime.service.count_faces(request.body)})
    except FrameError as error:
        return JsonResponse({"message": str(error)}, status=400)
    except Shed:
        return _later(503)


def _later(status: int) -> JsonResponse:
    return come_again(JsonResponse({"message": BUSY}, status=status), 2)
