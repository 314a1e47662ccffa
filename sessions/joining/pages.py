"""A student's way in: the code, the consent and the name, or another device's word for it."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from sessions.codes import hash_token, normalise_code
from sessions.errors import NotAllowed
from sessions.joining import membership
from sessions.joining.cookies import (
    asking_cookie_name,
    asking_token,
    participant_from_cookies,
    set_asking_cookie,
    set_participant_cookie,
)
from sessions.joining.forms import CodeForm, JoinForm, is_code
from sessions.models import ClassSession, Participant, Takeover
from sessions.site.headers import come_again, opens_camera
from sessions.site.limits import (
    WRONG_CODES,
    TooManyJoins,
    address_of,
    may_guess,
    spend_join,
)

ASK: Final = "ask"
"""The name of the button by which a browser asks to go on under a taken name."""


@never_cache
@require_GET
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for a code; one that is given as ?code= leads on to its class."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("join_session", form.cleaned_data["code"])
    return render(
        request, "joining/code.html", {"form": form}, status=400 if form.is_bound else 200
    )


@never_cache
@opens_camera
@require_http_methods(["GET", "POST"])
def join_session(request: HttpRequest, code: str) -> HttpResponse:
    """Tell what is analysed and kept, ask for consent and a name, and take the student in."""
    if not is_code(code):
        meant = normalise_code(code)
        return redirect("join_session", meant) if is_code(meant) else _unknown_code(request, code)
    session = ClassSession.objects.filter(code=code).select_related("course").first()
    if session is None:
        return _unknown_code(request, code)
    earlier = participant_from_cookies(request.COOKIES, code)
    if earlier and (earlier.left_at is None or earlier.removed_at is not None):
        return redirect("student_page", code)
    if not session.is_joinable:
        return render(
            request, "joining/ended.html", {"session": session, "earlier": earlier}, status=410
        )
    form = JoinForm(request.POST if request.method == "POST" else None, session=session)
    if form.is_valid():
        try:
            return _join(request, session, form, earlier)
        except membership.NameTaken as taken:
            form.add_error("display_name", str(taken))
            form.is_taken = True
        except TooManyJoins as refusal:
            form.add_error(None, str(refusal))
            response = _consent(request, session, form, earlier)
            response.status_code = 429
            return come_again(response, refusal.retry_after_s)
        except NotAllowed as refusal:
            form.add_error(None, str(refusal))
    return _consent(request, session, form, earlier)


def _consent(
    request: HttpRequest, session: ClassSession, form: JoinForm, earlier: Participant | None
) -> HttpResponse:
    is_closed = session.is_locked and earlier is None
    return render(
        request,
        "joining/consent.html",
        {"session": session, "form": form, "earlier": earlier, "is_closed": is_closed},
        status=400 if form.is_bound else 403 if is_closed else 200,
    )


def _join(
    request: HttpRequest, session: ClassSession, form: JoinForm, earlier: Participant | None
) -> HttpResponse:
    """Raises NotAllowed, and NameTaken unless the student asks for the name."""
    spend_join(address_of(request), session.pk)
    name = form.cleaned_data["display_name"]
    try:
        _, token = membership.join(
            session, name, earlier, is_simulated=form.cleaned_data["simulated"]
        )
    except membership.NameTaken as taken:
        if ASK not in request.POST:
            raise
        response = redirect("join_wait", session.code)
        set_asking_cookie(response, session.code, membership.ask_for(taken.participant))
        return response
    response = redirect("student_page", session.code)
    if token is not None:
        set_participant_cookie(response, session.code, token)
    return response


@never_cache
@require_GET
def wait(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a browser that has asked to go on as somebody, until the teacher decides."""
    token = asking_token(request.COOKIES, code)
    if token is None:
        return redirect("join_session", code)
    if Takeover.objects.filter(token_hash=hash_token(token)).exists():
        return render(request, "joining/wait.html", {"code": code})
    if Participant.objects.with_token(hash_token(token)).filter(session__code=code).exists():
        response = redirect("student_page", code)
        set_participant_cookie(response, code, token)
    else:
        messages.warning(request, "Your teacher has not allowed it. Join under another name.")
        response = redirect("join_session", code)
    response.delete_cookie(asking_cookie_name(code), samesite="Lax")
    return response


def _unknown_code(request: HttpRequest, code: str) -> HttpResponse:
    """Only wrong codes are counted: a right one works from everywhere, whatever others do."""
    if not may_guess(address_of(request)):
        response = render(request, "joining/too_many.html", status=429)
        return come_again(response, WRONG_CODES.period_s)
    form = CodeForm(initial={"code": code[:12]})
    return render(request, "joining/code.html", {"form": form, "unknown": True}, status=404)
