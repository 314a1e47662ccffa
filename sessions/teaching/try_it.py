"""What the model sees in a teacher's own picture. The picture is analysed and kept nowhere."""

import time
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from inference.analysis import Shed
from inference.frames import FrameError, FrameProblem
from inference.labels import EMOTIONS
from inference.manifest import available_models
from inference.pictures import FaceEstimate, FaceResult, PictureResult
from sessions.live.runtime import current
from sessions.site.access import TeacherRequest
from sessions.site.headers import come_again, opens_camera

PICTURES_A_SECOND: Final = 5
"""Of one teacher; the webcam sends one."""

PROBLEMS: Final[dict[FrameProblem, tuple[int, str]]] = {
    "not_jpeg": (415, "This is not a JPEG picture. Choose a photograph, or save it as JPEG."),
    "truncated": (400, "The picture is damaged or incomplete. Open it, save it again and retry."),
    "too_many_bytes": (413, "The picture file is too large. Make it smaller and try again."),
    "too_many_pixels": (413, "The picture has too many pixels. Scale it down and try again."),
}


@never_cache
@opens_camera
@login_required
@require_safe
def try_it(request: TeacherRequest) -> HttpResponse:
    """The page: a picture from a file or the webcam, and what is seen in it."""
    models = available_models(settings.MODELS_DIR) if settings.POLICY == "emotion" else []
    context = {"emotions": EMOTIONS, "can_compare": len(models) > 1}
    return render(request, "teaching/try_it.html", context)


@never_cache
@login_required
@require_POST
def analyse(request: TeacherRequest) -> JsonResponse:
    """Every face in the posted JPEG, which is the body as it is; ?compare by every model here.

    200: {"models": [{"name", "title"}], "width", "height", "faces": [{"box": [x, y, w, h] as
    fractions, "score", "estimates": [{"emotion", "engagement", "probabilities": {emotion: p}}]}]},
    the largest face first, and an estimate of each model, the served one first; none where no
    emotions are estimated. Otherwise {"error", "message"}, with Retry-After where the same picture
    may be sent again.
    """
    # Anything else the form parser may have read already, and then there is no body left.
    if request.content_type != "image/jpeg":
        return _problem("not_jpeg")
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.PICTURE_MAX_BYTES:
        return _problem("too_many_bytes")
    runtime = current()
    if runtime is None or not runtime.service.is_ready:
        return _later(503, "loading", "The model is still being loaded. Try again shortly.")
    if _is_too_fast(request.user.pk):
        return _later(429, "too_fast", "Too many pictures at once. Try again in a second.")
    try:
        picture = runtime.service.analyse_picture(
            request.body,
            settings.PICTURE_MAX_BYTES,
            settings.PICTURE_MAX_PIXELS,
            every_model="compare" in request.GET,
        )
        return JsonResponse(_content(picture))
    except FrameError as error:
        return _problem(error.code)
    except Shed:
        return _later(503, "busy", "The server is busy. Try again in a few seconds.")


def _content(picture: PictureResult) -> dict[str, Any]:
    return {
        "models": [{"name": one.name, "title": one.title} for one in picture.models],
        "width": picture.width,
        "height": picture.height,
        "faces": [_face(face, picture) for face in picture.faces],
    }


def _face(face: FaceResult, picture: PictureResult) -> dict[str, Any]:
    x, y, width, height = face.box
    return {
        "box": [
            x / picture.width, y / picture.height,
            width / picture.width, height / picture.height,
        ],
        "score": face.score,
        "estimates": [_estimate(one) for one in face.estimates],
    }  # fmt: skip


def _estimate(one: FaceEstimate) -> dict[str, Any]:
    return {
        "emotion": one.emotion,
        "engagement": one.engagement,
        "probabilities": dict(zip(EMOTIONS, one.probabilities, strict=True)),
    }


def _problem(code: FrameProblem) -> JsonResponse:
    status, message = PROBLEMS[code]
    return JsonResponse({"error": code, "message": message}, status=status)


def _later(status: int, error: str, message: str) -> JsonResponse:
    content = {"error": error, "message": message}
    return come_again(JsonResponse(content, status=status), 1)


def _is_too_fast(teacher: int) -> bool:
    """Count one more picture of this teacher in this second."""
    key = f"pictures-{teacher}-{int(time.time())}"
    cache.add(key, 0, timeout=5)
    return cache.incr(key) > PICTURES_A_SECOND
