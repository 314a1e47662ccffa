"""A teacher's sessions: the list, one session's lobby, its course of events, the live page."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from inference.expression import MIXED
from inference.labels import EMOTIONS
from sessions import services
from sessions.errors import NotAllowed
from sessions.models import ClassSession, Marker, Participant, Signal, Takeover
from sessions.querysets import ParticipantQuerySet
from sessions.reports.charts.sparklines import sparklines_for
from sessions.site.access import TeacherRequest, own_session
from sessions.site.icons import EMOTION_ICONS, MARKER_ICONS
from sessions.site.origin import for_students, is_only_here
from sessions.site.qr import qr_svg
from sessions.teaching.forms import BeginForm, SessionForm
from sessions.teaching.voice import QUESTIONS

PAGE_SIZE = 20


@login_required
@require_safe
def session_list(request: TeacherRequest) -> HttpResponse:
    """Live sessions first, then planned, then ended.

    ?archived=1 shows the archived ones, ?q= those with this in their title or course.
    """
    archived, wanted = "archived" in request.GET, request.GET.get("q", "").strip()
    own = ClassSession.objects.taught_by(request.user)
    sessions = own.archived() if archived else own.current().live_first()
    page = Paginator(sessions.matching(wanted).for_list(), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    shown = list(page)
    lines = sparklines_for(shown)
    return render(
        request,
        "teaching/sessions.html",
        {
            "page": page,
            "rows": [(session, lines.get(session.pk, [])) for session in shown],
            "archived": archived,
            "wanted": wanted,
            "guide": None if archived or wanted else first_steps(shown),
            "begin": BeginForm(owner=request.user),
        },
    )


def first_steps(sessions: list[Any]) -> dict[str, bool] | None:
    """Which steps to a first report are done, of sessions as for_list() gives them; None after."""
    if any(session.state == ClassSession.State.ENDED for session in sessions):
        return None
    return {
        "started": any(session.is_live for session in sessions),
        "joined": any(session.participant_count for session in sessions),
    }


@login_required
@require_POST
def session_begin(request: TeacherRequest) -> HttpResponse:
    """Make a session, start it, and show its page: the shortest way to a class."""
    form = BeginForm(request.POST, owner=request.user)
    if not form.is_valid():
        messages.error(request, "The lesson was not started: its name may have 120 letters.")
        return redirect("dashboard")
    return redirect("session_live", services.start_session(form.save()).pk)


@login_required
def session_new(request: TeacherRequest) -> HttpResponse:
    asked = {name: request.GET[name] for name in ("course",) if name in request.GET}
    form = SessionForm(request.POST or None, owner=request.user, initial=asked)
    if request.method == "POST" and form.is_valid():
        return redirect(form.save())
    return render(request, "teaching/session_form.html", {"form": form})


@login_required
def session_edit(request: TeacherRequest, pk: int) -> HttpResponse:
    session = own_session(request, pk)
    form = SessionForm(request.POST or None, instance=session, owner=request.user)
    if request.method == "POST" and form.is_valid():
        messages.success(request, "Session saved.")
        return redirect(form.save())
    return render(request, "teaching/session_form.html", {"form": form, "session": session})


@login_required
@require_POST
def session_duplicate(request: TeacherRequest, pk: int) -> HttpResponse:
    """The same lesson once more, planned: its title, course and settings, nobody's records."""
    session = services.duplicate_session(own_session(request, pk))
    messages.success(request, f"“{session.title}” is planned once more. Change what is different.")
    return redirect("session_edit", session.pk)


@login_required
@require_safe
def session_lobby(request: TeacherRequest, pk: int) -> HttpResponse:
    session = own_session(request, pk)
    link, room_link = _join_link(request, session), _room_link(request, session)
    return render(
        request,
        "teaching/lobby.html",
        {
            "session": session,
            "link": link,
            "qr": qr_svg(link),
            "room_link": room_link,
            "room_qr": qr_svg(room_link) if room_link else None,
            "is_local": is_only_here(link),
            "participants": _with_list(session, session.participants.present().in_join_order()),
            "removed": session.participants.removed(),
            "asks": Takeover.objects.of_sessions([session.pk]),
        },
    )


@login_required
@require_safe
def session_qr(request: TeacherRequest, pk: int) -> HttpResponse:
    """The code and the QR code alone, for a projector."""
    session = own_session(request, pk)
    link = _join_link(request, session)
    return render(
        request, "teaching/qr.html", {"session": session, "link": link, "qr": qr_svg(link)}
    )


@login_required
@require_safe
def session_live(request: TeacherRequest, pk: int) -> HttpResponse:
    """The dashboard of a session; one that has ended has its report instead."""
    session = own_session(request, pk)
    if session.state == ClassSession.State.ENDED:
        return redirect("session_report", pk)
    link = _join_link(request, session)
    context = {
        "session": session,
        "config": {
            "socket": f"/ws/dashboard/{session.pk}/",
            "emotions": EMOTIONS,
            "planned_s": session.planned_minutes * 60,
        },
        "link": link,
        "qr": qr_svg(link),
        "is_local": is_only_here(link),
        "looks": [*EMOTION_ICONS.items(), (MIXED, "circle-dashed")],
        "marker_kinds": [(*one, MARKER_ICONS[one[0]]) for one in Marker.Kind.choices],
        "questions": QUESTIONS,
        "signs": [one for one in Signal.Kind.choices if one[0] != Signal.Kind.HAND],
    }
    return render(request, "live/dashboard.html", context)


@login_required
@require_safe
def session_display(request: TeacherRequest, pk: int) -> HttpResponse:
    """The class at one glance for a second display, without names."""
    session = own_session(request, pk)
    config = {"socket": f"/ws/dashboard/{session.pk}/"}
    return render(request, "live/display.html", {"session": session, "config": config})


@login_required
@require_POST
def session_start(request: TeacherRequest, pk: int) -> HttpResponse:
    session = own_session(request, pk)
    try:
        services.start_session(session)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(session)
    return redirect("session_live", pk)


@login_required
def session_end(request: TeacherRequest, pk: int) -> HttpResponse:
    """GET asks whether to end it for everybody, POST ends it."""
    session = own_session(request, pk)
    if request.method != "POST":
        if not session.is_live:
            return redirect(session)
        return render(request, "teaching/end.html", {"session": session})
    try:
        services.end_session(session)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(session)
    return redirect("session_report", pk)


@login_required
@require_POST
def session_archive(request: TeacherRequest, pk: int) -> HttpResponse:
    return _put_away(request, pk, services.archive_session, "archived", undone_by="session_restore")


@login_required
@require_POST
def session_restore(request: TeacherRequest, pk: int) -> HttpResponse:
    return _put_away(
        request, pk, services.restore_session, "back in the list", undone_by="session_archive"
    )


def _put_away(
    request: TeacherRequest,
    pk: int,
    step: Callable[[ClassSession], None],
    done: str,
    *,
    undone_by: str,
) -> HttpResponse:
    session = own_session(request, pk)
    try:
        step(session)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect(session)
    # The page shows the tag as a button that posts there.
    undo = reverse(undone_by, args=[pk])
    messages.success(request, f"“{session.title}” is {done}.", extra_tags=undo)
    return redirect("dashboard")


def _with_list(
    session: ClassSession, people: ParticipantQuerySet
) -> list[tuple[Participant, bool]]:
    """Each with whether a course with a list does not know the name: perhaps a stranger."""
    has_list = session.course.students.exists()
    return [(one, has_list and one.student_id is None) for one in people]


def _join_link(request: TeacherRequest, session: ClassSession) -> str:
    return for_students(request, reverse("join_session", args=[session.code]))


def _room_link(request: TeacherRequest, session: ClassSession) -> str:
    """Of the room's camera; empty while there is none."""
    if not session.room_key:
        return ""
    return for_students(request, reverse("room_consent", args=[session.code, session.room_key]))
