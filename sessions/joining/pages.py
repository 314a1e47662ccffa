"""A student's way: the code, the consent, the class, and the way out."""

import contextlib
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inference.labels import EMOTIONS
from sessions import services
from sessions.joining.codes import normalise_code
from sessions.joining.cookies import cookie_name, participant_from_cookies, set_participant_cookie
from sessions.joining.forms import CodeForm, JoinForm, is_code
from sessions.models import ClassSession, Participant, Sample

WRONG_CODES_A_MINUTE: Final = 30
"""From one address: a school has one for all, a program that guesses needs millions."""


@never_cache
@require_GET
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for a code; one that is given as ?code= leads on to its class."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("join_session", form.cleaned_data["code"])
    return render(request, "join/code.html", {"form": form}, status=400 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def join_session(request: HttpRequest, code: str) -> HttpResponse:
    """Tell what is analysed and kept, ask for consent and a name, and take the student in."""
    if not is_code(code):
        meant = normalise_code(code)
        return redirect("join_session", meant) if is_code(meant) else _unknown_code(request, code)
    earlier = participant_from_cookies(request.COOKIES, code)
    if earlier and earlier.left_at is None:
        return redirect("student_page", code)
    if _guesses_too_fast(request):
        return render(request, "join/too_many.html", status=429)
    session = ClassSession.objects.filter(code=code).select_related("course").first()
    if session is None:
        return _unknown_code(request, code)
    if not session.is_joinable:
        return render(
            request, "join/ended.html", {"session": session, "earlier": earlier}, status=410
        )
    form = JoinForm(request.POST if request.method == "POST" else None, session=session)
    if form.is_valid():
        try:
            return _take_in(session, form)
        except services.NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return render(
        request,
        "join/consent.html",
        {"session": session, "form": form, "earlier": earlier},
        status=400 if form.is_bound else 200,
    )


@never_cache
@require_GET
def student_page(request: HttpRequest, code: str) -> HttpResponse:
    """The camera page; after the class, or after leaving it, what is stored."""
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        messages.warning(request, "This browser has not joined this class yet.")
        return redirect("join_session", code)
    session = participant.session
    context: dict[str, Any] = {
        "session": session,
        "participant": participant,
        "stored": _stored(participant),
    }
    if participant.left_at is not None or not session.is_joinable:
        return render(request, "join/over.html", context)
    context["emotions"] = EMOTIONS
    context["config"] = {
        "socket": f"/ws/class/{session.code}/",
        "state": session.state,
    }
    return render(request, "join/class.html", context)


@never_cache
@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """End the stay; the page that follows offers to delete what was recorded."""
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        return _not_here(request, code)
    if participant.left_at is None:
        services.leave(participant)
    return redirect("student_page", code)


@never_cache
@require_POST
def delete(request: HttpRequest, code: str) -> HttpResponse:
    """Delete the participant with every sample, and the cookie."""
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        return _not_here(request, code)
    session, stored = participant.session, _stored(participant)
    services.delete_participant(participant)
    response = render(request, "join/deleted.html", {"session": session, "stored": stored})
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


def _take_in(session: ClassSession, form: JoinForm) -> HttpResponse:
    participant, token = services.join(
        session, form.cleaned_data["display_name"], form.cleaned_data.get("student")
    )
    response = redirect("student_page", session.code)
    set_participant_cookie(response, participant, token)
    return response


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


def _unknown_code(request: HttpRequest, code: str) -> HttpResponse:
    key = _guess_key(request)
    cache.add(key, 0, timeout=60)
    with contextlib.suppress(ValueError):  # The minute ended between the two calls.
        cache.incr(key)
    form = CodeForm(initial={"code": code[:12]})
    return render(request, "join/code.html", {"form": form, "unknown": True}, status=404)


def _guesses_too_fast(request: HttpRequest) -> bool:
    return int(cache.get(_guess_key(request), 0)) >= WRONG_CODES_A_MINUTE


def _guess_key(request: HttpRequest) -> str:
    return f"wrong-codes-{request.META.get('REMOTE_ADDR', '')}"
