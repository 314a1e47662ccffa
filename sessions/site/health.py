"""Whether this process serves, and what it has done since its start."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from inference import service
from sessions.live.counters import counters
from sessions.live.recorder import recorder


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 once frames are answered without waiting for the model, 503 before; with counters.

    model is null where no emotion is estimated.
    """
    ready = service.is_ready()
    content: dict[str, Any] = {
        "ready": ready,
        "model": _model(),
        **counters.read(),
        "samples_waiting": recorder.waiting,
    }
    if ready:
        content["analysis"] = service.get_batcher().stats()
    return JsonResponse(content, status=200 if ready else 503)


def _model() -> dict[str, str] | None:
    manifest = service.served_manifest()
    if manifest is None:
        return None
    return {
        "name": manifest.name,
        "title": manifest.title,
        "initial_weights": manifest.initial_weights,
    }
