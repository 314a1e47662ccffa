"""A student's own pages: the class, what is stored about them, and the way out."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inference.labels import EMOTIONS
from sessions.joining import membership
from sessions.joining.cookies import (
    cookie_name,
    participant_from_cookies,
    set_participant_cookie,
    signed_token,
)
from sessions.models import Participant, Sample
from sessions.site.headers import opens_camera
from sessions.site.qr import qr_svg

SCALE: Final = ((1, "Not at all"), (2, "A little"), (3, "So so"), (4, "Well"), (5, "Very well"))
"""Steps of an answer to a check-in."""


@never_cache
@opens_camera
@require_GET
def student_page(request: HttpRequest, code: str) -> HttpResponse:
    """The camera page; after the class, or after leaving it, what is stored."""
    participant = participant_from_cookies(request.COOKIES, code)
    token = signed_token(request.COOKIES, code)
    if participant is None or token is None:
        messages.warning(request, "This browser has not joined this class yet.")
        return redirect("join_session", code)
    session = participant.session
    link = request.build_absolute_uri(reverse("private_link", args=[code, token]))
    context: dict[str, Any] = {
        "session": session,
        "participant": participant,
        "stored": _stored(participant),
        "link": link,
        "qr": qr_svg(link),
    }
    if participant.left_at or participant.removed_at or not session.is_joinable:
        response = render(request, "joining/over.html", context)
    else:
        context["emotions"] = EMOTIONS
        context["scale"] = SCALE
        context["config"] = {
            "socket": f"/ws/class/{session.code}/",
            "state": session.state,
            "interval_s": session.interval_s,
        }
        response = render(request, "joining/class.html", context)
    set_participant_cookie(response, code, token)
    return response


@never_cache
@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """End the stay; the page that follows offers to delete what was recorded."""
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        return _not_here(request, code)
    if participant.left_at is None:
        membership.leave(participant)
    return redirect("student_page", code)


@never_cache
@require_POST
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Delete the participant with every sample, and the cookie."""
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        return _not_here(request, code)
    session, stored = participant.session, _stored(participant)
    membership.delete_participant(participant)
    response = render(request, "joining/deleted.html", {"session": session, "stored": stored})
    response.delete_cookie(cookie_name(code), samesite="Lax")
    return response


@never_cache
@require_GET
def data(request: HttpRequest, code: str) -> HttpResponse:
    """What is stored about this browser's participant, as JSON; 404 for anybody else."""
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        return JsonResponse({"error": "This browser has not joined this class."}, status=404)
    return JsonResponse(_stored(participant))


def _stored(participant: Participant) -> dict[str, Any]:
    samples = Sample.objects.filter(participant=participant)
    return {
        "name": participant.display_name,
        "session": participant.session.title,
        "joined_at": timezone.localtime(participant.joined_at).isoformat(timespec="seconds"),
        "samples": samples.count(),
        "usable": samples.usable().count(),
        "retention_days": settings.RETENTION_DAYS,
    }


def _not_here(request: HttpRequest, code: str) -> HttpResponse:
    messages.warning(request, "This browser is not in this class (any more): nothing was changed.")
    return redirect("join_session", code)
