"""A student's own pages: the class, what is stored about them, and the way out."""

from typing import Any, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from inference.labels import EMOTIONS
from sessions.joining import membership
from sessions.joining.cookies import (
    participant_from_cookies,
    set_participant_cookie,
    signed_token,
)
from sessions.joining.receipt import stored_of
from sessions.joining.receipt_pages import deleted, is_over, link_context, receipt_page
from sessions.models import Participant
from sessions.site.headers import opens_camera

SCALE: Final = ((1, "Not at all"), (2, "A little"), (3, "So so"), (4, "Well"), (5, "Very well"))
"""Steps of an answer to a check-in."""


@never_cache
@opens_camera
@require_GET
def student_page(request: HttpRequest, code: str) -> HttpResponse:
    """The camera page; after the class, or after leaving it, the receipt."""
    participant = participant_from_cookies(request.COOKIES, code)
    token = signed_token(request.COOKIES, code)
    if participant is None or token is None:
        messages.warning(request, "This browser has not joined this class yet.")
        return redirect("join_session", code)
    if is_over(participant):
        response = receipt_page(request, participant, token, template="joining/over.html")
    else:
        response = _class_page(request, participant, token)
    set_participant_cookie(response, code, token)
    return response


def _class_page(request: HttpRequest, participant: Participant, token: str) -> HttpResponse:
    session = participant.session
    context: dict[str, Any] = {
        "session": session,
        "participant": participant,
        "emotions": EMOTIONS,
        "scale": SCALE,
        "config": {
            "code": session.code,
            "socket": f"/ws/class/{session.code}/",
            "state": session.state,
            "interval_s": session.interval_s,
        },
        **link_context(request, participant, token),
    }
    return render(request, "joining/class.html", context)


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
    return deleted(request, participant)


@never_cache
@require_GET
def data(request: HttpRequest, code: str) -> HttpResponse:
    """What is stored about this browser's participant, as JSON; 404 for anybody else."""
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        return JsonResponse({"error": "This browser has not joined this class."}, status=404)
    return JsonResponse(stored_of(participant))


def _not_here(request: HttpRequest, code: str) -> HttpResponse:
    messages.warning(request, "This browser is not in this class (any more): nothing was changed.")
    return redirect("join_session", code)
