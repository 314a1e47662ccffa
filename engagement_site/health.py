"""Whether this process lives, and whether it can do its work."""

from __future__ import annotations

import contextlib
import ipaddress
from typing import Any, Final

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from sessions.live.runtime import Runtime, current
from sessions.site.context import served_manifest

PROXY_HEADERS: Final = (
    "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PROTO", "HTTP_X_REAL_IP",
)  # fmt: skip
"""A request with one of them came through a proxy, and may be anybody's."""


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Always 200 while the process answers: restart it when it does not."""
    return JsonResponse({"alive": True})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 while everything works that a class needs, 503 otherwise: {"ready": bool}.

    Staff, and whoever asks from this machine, also see each part and all counters. It waits for
    nothing: the parts are looked at all the time.
    """
    runtime = current()
    found = {} if runtime is None else parts(runtime)
    ready = bool(found) and all(part["ok"] for part in found.values())
    content: dict[str, Any] = {"ready": ready}
    if runtime is not None and may_see_details(request):
        content |= {"parts": found, "model": _model(), **_served(runtime), **_counts(runtime)}
    return JsonResponse(content, status=200 if ready else 503)


def parts(runtime: Runtime) -> dict[str, dict[str, Any]]:
    """What a class needs by name, each with "ok" and what else is known of it."""
    service, recorder = runtime.service.state(), runtime.recorder.state()
    return {
        "database": runtime.probes.database.read(),
        "messages": runtime.probes.messages.read(),
        "model": {"ok": service["ready"]},
        "tasks": {"ok": "tasks" not in runtime.trouble()},
        "batcher": {"ok": service["healthy"]},
        "recorder": {"ok": recorder["alive"] and recorder["failing_since_s"] is None, **recorder},
    }


def _served(runtime: Runtime) -> dict[str, str]:
    """detector, runtime and precision, once they are there."""
    state = runtime.service.state()
    return {key: state[key] for key in ("detector", "runtime", "precision") if key in state}


def _counts(runtime: Runtime) -> dict[str, Any]:
    return {
        **runtime.counters.read(),
        "classes": len(runtime.classes),
        "samples_waiting": runtime.recorder.waiting,
        "analysis": runtime.service.state(),
    }


def _model() -> dict[str, str] | None:
    manifest = served_manifest()
    if manifest is None:
        return None
    return {
        "name": manifest.name,
        "title": manifest.title,
        "initial_weights": manifest.initial_weights,
    }


def may_see_details(request: HttpRequest) -> bool:
    """Whether staff ask, or somebody on this machine."""
    if _is_from_here(request):
        return True
    # Who is signed in is in the database, which may be what is away.
    with contextlib.suppress(Exception):
        return bool(request.user.is_staff)
    return False


def _is_from_here(request: HttpRequest) -> bool:
    """From this machine and through no proxy."""
    if any(name in request.META for name in PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
