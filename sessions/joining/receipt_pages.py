"""A student's private link, which outlives the browser: the receipt, and what its holder may do.

The token in the address is the authorisation: whoever could forge a request has it, so these
forms need no other token. Reading changes nothing and sets no cookie. Going on as the student
gives this browser a cookie, and is guarded as every form of a browser with one.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from math import ceil
from typing import Any, Concatenate, Final, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from sessions.codes import hash_token
from sessions.errors import NotAllowed
from sessions.joining import disputes, membership
from sessions.joining.cookies import cookie_name, set_participant_cookie, signed_token
from sessions.joining.receipt import receipt_of, stored_of
from sessions.joining.receipt_chart import receipt_chart
from sessions.joining.receipt_files import FILES
from sessions.joining.receipt_forms import DisputeForm, MailForm
from sessions.joining.receipt_mail import TooManyMails, mail_link
from sessions.models import Participant
from sessions.site.headers import come_again
from sessions.site.limits import DISPUTES, WRONG_CODES, address_of, may_guess
from sessions.site.mail import sends_mail
from sessions.site.origin import for_students
from sessions.site.qr import qr_svg

SAID: Final = {
    "disputed": "Noted. The report of your teacher counts it; no figure is changed by it.",
    "taken-back": "Taken back: it is not counted any more.",
    "mailed": "The link is on its way. The address is not stored.",
}
"""By a word of the address: a message in a cookie would outlive the page."""

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Participant, str, Rest], HttpResponse]


def of_holder(view: View[Rest]) -> Callable[..., HttpResponse]:
    """A view of whoever has the participant's token, which it is given; the address is not told
    to other pages. A wrong token counts as a wrong code does."""

    @never_cache
    @functools.wraps(view)
    def with_token(
        request: HttpRequest, code: str, token: str, *rest: Rest.args, **named: Rest.kwargs
    ) -> HttpResponse:
        own = Participant.objects.with_token(hash_token(token)).filter(session__code=code)
        participant = own.first()
        response = (
            view(request, participant, token, *rest, **named)
            if participant is not None
            else _nobody(request)
        )
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return with_token


def _nobody(request: HttpRequest) -> HttpResponse:
    if not may_guess(address_of(request)):
        return come_again(
            render(request, "joining/too_many.html", status=429), WRONG_CODES.period_s
        )
    return render(request, "joining/no_record.html", status=404)


@require_http_methods(["GET", "POST"])
@of_holder
def private_link(request: HttpRequest, participant: Participant, token: str) -> HttpResponse:
    """The receipt. A POST: this browser, or the same one weeks later, goes on as the student."""
    if request.method == "GET":
        return receipt_page(request, participant, token)
    response = redirect("student_page", participant.session.code)
    set_participant_cookie(response, participant.session.code, token)
    return response


@require_GET
@of_holder
def go_on(request: HttpRequest, participant: Participant, token: str) -> HttpResponse:
    """Asks before this browser goes on as the student."""
    response = render(
        request,
        "joining/private_link.html",
        {"participant": participant, "session": participant.session, "token": token},
    )
    # Its form tells where it comes from, or Django refuses it.
    response["Referrer-Policy"] = "same-origin"
    return response


@require_GET
@of_holder
def download(request: HttpRequest, participant: Participant, token: str, kind: str) -> HttpResponse:
    """One of FILES. Raises Http404 for another kind."""
    if kind not in FILES:
        raise Http404(f"There is no file of the kind {kind!r}.")
    file = FILES[kind]
    response = HttpResponse(file.make(receipt_of(participant)), content_type=file.content_type)
    session = participant.session
    day = timezone.localtime(session.started_at or session.created_at)
    name = f"my-record-{day:%Y-%m-%d}{file.ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@csrf_exempt
@require_POST
@of_holder
def call_wrong(request: HttpRequest, participant: Participant, token: str) -> HttpResponse:
    """Note that a stretch was wrong."""
    form = DisputeForm(request.POST, session=participant.session)
    refused = functools.partial(receipt_page, request, participant, token, dispute_form=form)
    if not form.is_valid():
        return refused(400)
    if not DISPUTES.spend(participant.pk):
        form.add_error(None, "That was often enough. Wait a minute.")
        return come_again(refused(429), DISPUTES.period_s)
    try:
        disputes.call_wrong(participant, *form.stretch, form.cleaned_data["reason"])
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return refused(400)
    return _back(request, participant, token, "disputed")


@csrf_exempt
@require_POST
@of_holder
def take_back(
    request: HttpRequest, participant: Participant, token: str, number: int
) -> HttpResponse:
    disputes.take_back(participant, number)
    return _back(request, participant, token, "taken-back")


@csrf_exempt
@sensitive_post_parameters("address")
@require_POST
@of_holder
def mail(request: HttpRequest, participant: Participant, token: str) -> HttpResponse:
    """Send the link to an address that is used for nothing else."""
    form = MailForm(request.POST)
    refused = functools.partial(receipt_page, request, participant, token, mail_form=form)
    if not form.is_valid():
        return refused(400)
    link, address = _link(request, participant, token), form.cleaned_data["address"]
    try:
        mail_link(receipt_of(participant), link, address, address_of(request))
    except TooManyMails as refusal:
        form.add_error(None, str(refusal))
        return come_again(refused(429), refusal.retry_after_s)
    except NotAllowed as refusal:
        form.add_error(None, str(refusal))
        return refused(503)
    return _back(request, participant, token, "mailed")


@csrf_exempt
@require_POST
@of_holder
def delete(request: HttpRequest, participant: Participant, token: str) -> HttpResponse:
    return deleted(request, participant)


# What the pages by cookie show, too -------------------------------------------------------------


def receipt_page(
    request: HttpRequest,
    participant: Participant,
    token: str,
    status: int = 200,
    *,
    template: str = "joining/receipt.html",
    dispute_form: DisputeForm | None = None,
    mail_form: MailForm | None = None,
) -> HttpResponse:
    """The receipt, with what was wrong in a form that was sent."""
    receipt = receipt_of(participant)
    chart = receipt_chart(receipt)
    context: dict[str, Any] = {
        "session": participant.session,
        "participant": participant,
        "token": token,
        "receipt": receipt,
        "last_minute": ceil(receipt.window.end_s / 60),
        "charts": [chart] if chart else [],
        "figures": {chart.key: chart.figure} if chart else {},
        "files": [one for one in FILES.values() if one.kind != "samples" or receipt.has_samples],
        "said": SAID.get(request.GET.get("said", "")),
        "dispute_form": dispute_form or DisputeForm(session=participant.session),
        "mail_form": mail_form or MailForm(),
        "sends_mail": sends_mail(),
        **link_context(request, participant, token),
    }
    return render(request, template, context, status=status)


def link_context(request: HttpRequest, participant: Participant, token: str) -> dict[str, Any]:
    """The private link, and as a picture."""
    link = _link(request, participant, token)
    return {"link": link, "qr": qr_svg(link)}


def deleted(request: HttpRequest, participant: Participant) -> HttpResponse:
    """Delete the participant with every sample, and this browser's cookie if it is theirs; the
    page says what went."""
    session, stored = participant.session, stored_of(participant)
    token = signed_token(request.COOKIES, session.code)
    is_own = token is not None and hash_token(token) == participant.token_hash
    membership.delete_participant(participant)
    context = {"session": session, "stored": stored, "is_own": is_own}
    response = render(request, "joining/deleted.html", context)
    if is_own:
        response.delete_cookie(cookie_name(session.code), samesite="Lax")
    return response


def is_over(participant: Participant) -> bool:
    """Whether the class goes on without this student, who then sees the receipt."""
    is_gone = participant.left_at is not None or participant.removed_at is not None
    return is_gone or not participant.session.is_joinable


def _link(request: HttpRequest, participant: Participant, token: str) -> str:
    path = reverse("private_link", args=[participant.session.code, token])
    return for_students(request, path)


def _back(request: HttpRequest, participant: Participant, token: str, said: str) -> HttpResponse:
    """To the receipt that the form was on: by the browser's cookie, or by the link."""
    code = participant.session.code
    is_own = signed_token(request.COOKIES, code) == token
    page = (
        reverse("student_page", args=[code])
        if is_own and is_over(participant)
        else reverse("private_link", args=[code, token])
    )
    return redirect(f"{page}?said={said}#said")
