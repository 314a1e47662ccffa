"""The teacher asks the class, closes the question, and has seen raised hands and alerts."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import JsonResponse
from django.views.decorators.http import require_POST

from sessions import news
from sessions.joining.names import tidy, validate_name
from sessions.models import Alert, CheckIn, ClassSession, Signal
from sessions.site.access import TeacherRequest, own_session

QUESTIONS: Final = ("How is it going?", "Is it clear?")
"""Asked with one tap."""
LONGEST: Final = 120
MOST: Final = 100
"""Of one session."""


@login_required
@require_POST
def ask(request: TeacherRequest, pk: int) -> JsonResponse:
    """Ask the class, {"question"}; an open question is closed."""
    session = own_session(request, pk)
    question = tidy(request.POST.get("question", ""))
    if problem := _problem(session, question):
        return JsonResponse({"message": problem}, status=400)
    with transaction.atomic():
        ClassSession.objects.select_for_update().get(pk=pk)
        _close(session)
        second = int(session.elapsed.total_seconds())
        check_in = CheckIn.objects.create(session=session, question=question, second=second)
    news.session_changed(session)
    return JsonResponse({"message": f"Asked: {question}", "id": check_in.pk})


@login_required
@require_POST
def close(request: TeacherRequest, pk: int) -> JsonResponse:
    """Take no more answers."""
    session = own_session(request, pk)
    _close(session)
    news.session_changed(session)
    return JsonResponse({"message": "The question is closed. Its answers are in the report."})


@login_required
@require_POST
def ask_at_random(request: TeacherRequest, pk: int) -> JsonResponse:
    """Let the site ask at random moments from now on, {"on": "1"}, or no more."""
    session = own_session(request, pk)
    session.random_check_ins = request.POST.get("on") == "1"
    session.save(update_fields=["random_check_ins"])
    news.session_changed(session)
    said = "The class is asked" if session.random_check_ins else "The class is not asked"
    return JsonResponse({"message": f"{said} at random moments."})


@login_required
@require_POST
def lower(request: TeacherRequest, pk: int, participant_pk: int) -> JsonResponse:
    """The teacher has seen a raised hand."""
    session = own_session(request, pk)
    second = int(session.elapsed.total_seconds())
    hands = Signal.objects.of_sessions([pk]).hands_up().filter(participant=participant_pk)
    hands.update(ended_second=second)
    news.session_changed(session)
    return JsonResponse({"message": "The hand is down."})


@login_required
@require_POST
def acknowledge(request: TeacherRequest, pk: int, alert_pk: int) -> JsonResponse:
    """The teacher has seen an alert: it is shown no longer, and stays in the report."""
    session = own_session(request, pk)
    second = int(session.elapsed.total_seconds())
    seen = Alert.objects.filter(session=session, pk=alert_pk, acknowledged_second=None)
    seen.update(acknowledged_second=second)
    news.session_changed(session)
    return JsonResponse({"message": "Seen. The alert stays in the report."})


def _close(session: ClassSession) -> None:
    second = int(session.elapsed.total_seconds())
    CheckIn.objects.open_in([session.pk]).update(closed_second=second)


def _problem(session: ClassSession, question: str) -> str:
    """Why the question cannot be asked; empty where it can."""
    if not session.is_live:
        return "Start the session first: only a live class can be asked."
    if not question:
        return "Write the question."
    if len(question) > LONGEST:
        return f"A question has at most {LONGEST} characters."
    if session.check_ins.count() >= MOST:
        return f"A session has at most {MOST} questions."
    try:
        validate_name(question)
    except ValidationError as error:
        return " ".join(error.messages)
    return ""
