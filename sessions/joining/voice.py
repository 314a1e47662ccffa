"""A student's own voice: answers to check-ins, signs at any time, a raised hand."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from sessions import news
from sessions.joining.cookies import participant_from_cookies
from sessions.models import Answer, CheckIn, Participant, Signal
from sessions.site.limits import ANSWERS, SIGNS

VALUES: Final = ("1", "2", "3", "4", "5")


class Refused(Exception):
    """What the student sent is not taken; the message says why. status: of the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@never_cache
@require_POST
def answer(request: HttpRequest, code: str) -> JsonResponse:
    """Answer the open check-in: {"check_in": its number, "value": 1 to 5}; the last one counts."""
    try:
        participant = _live_participant(request, code)
        _answer(participant, request.POST.get("check_in", ""), request.POST.get("value", ""))
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=refused.status)
    news.session_changed(participant.session)
    return JsonResponse({"message": "Sent. You may change it until the question closes."})


@never_cache
@require_POST
def signal(request: HttpRequest, code: str) -> JsonResponse:
    """Give a sign, {"kind"}; a hand is raised, or lowered with {"kind": "hand", "up": "0"}."""
    try:
        participant = _live_participant(request, code)
        message = _signal(participant, request.POST.get("kind", ""), request.POST.get("up") != "0")
    except Refused as refused:
        return JsonResponse({"message": str(refused)}, status=refused.status)
    news.session_changed(participant.session)
    return JsonResponse({"message": message})


def _live_participant(request: HttpRequest, code: str) -> Participant:
    participant = participant_from_cookies(request.COOKIES, code)
    if participant is None:
        raise Refused(404, "This browser has not joined this class.")
    if participant.left_at is not None or participant.removed_at is not None:
        raise Refused(403, "You are not in this class any more.")
    if not participant.session.is_live:
        raise Refused(409, "The class is not live now.")
    return participant


def _answer(participant: Participant, number: str, value: str) -> None:
    if value not in VALUES or not number.isascii() or not number.isdigit():
        raise Refused(400, "An answer is a number from 1 to 5.")
    if not ANSWERS.spend(participant.pk):
        raise Refused(429, "That was often enough. Wait a minute.")
    with transaction.atomic():
        # Locked, so that no answer comes in after the end.
        asked = CheckIn.objects.select_for_update().open_in([participant.session_id])
        check_in = asked.filter(pk=int(number[:15])).first()
        if check_in is None:
            raise Refused(409, "This question is closed.")
        second = int(participant.session.elapsed.total_seconds())
        Answer.objects.update_or_create(
            check_in=check_in,
            participant=participant,
            defaults={"value": int(value), "second": second},
        )


def _signal(participant: Participant, kind: str, is_up: bool) -> str:
    if kind not in Signal.Kind.values:
        raise Refused(400, f"A sign is one of {', '.join(Signal.Kind.values)}.")
    if kind == Signal.Kind.HAND:
        return _hand(participant, is_up)
    if not SIGNS.spend(participant.pk, kind):
        raise Refused(429, "Your teacher has been told. Wait a minute before you say it again.")
    _store(participant, kind)
    return "Your teacher has been told, without your name."


def _hand(participant: Participant, is_up: bool) -> str:
    with transaction.atomic():
        Participant.objects.select_for_update().get(pk=participant.pk)
        up = Signal.objects.hands_up().filter(participant=participant)
        if not is_up:
            up.update(ended_second=int(participant.session.elapsed.total_seconds()))
            return "Your hand is down."
        if not up.exists():
            if not SIGNS.spend(participant.pk, Signal.Kind.HAND):
                raise Refused(429, "You have raised your hand often. Wait a minute.")
            _store(participant, Signal.Kind.HAND)
    return "Your hand is up. Your teacher sees your name."


def _store(participant: Participant, kind: str) -> None:
    session = participant.session
    Signal.objects.create(
        participant=participant,
        session=session,
        kind=kind,
        second=int(session.elapsed.total_seconds()),
    )
