"""After the class: a session's report, its exports, a student across a course."""

from typing import Final

from django.contrib.auth.decorators import login_required
from django.http import (
    Http404,
    HttpResponse,
    HttpResponseBadRequest,
    JsonResponse,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from sessions.models import ClassSession, Marker, Student
from sessions.reports.attendance import registers
from sessions.reports.attendance_csv import LAYOUTS
from sessions.reports.charts.session import session_charts
from sessions.reports.charts.student import student_charts
from sessions.reports.exports.registry import EXPORTS
from sessions.reports.facts import facts, file_name, note, simulated
from sessions.reports.lesson import lesson_of
from sessions.reports.session import session_report as report_on
from sessions.reports.student import student_report
from sessions.reports.summary import summary
from sessions.reports.window import BadWindow, Window, by_minutes, whole, window_of
from sessions.site.access import TeacherRequest, own_participant, own_session

GONE: Final = (
    "The single samples of this session are deleted, as the site keeps them for a shorter time. "
    "What they add up to is in the CSV of minutes."
)


@login_required
@require_safe
def session_report(request: TeacherRequest, pk: int) -> HttpResponse:
    session = own_session(request, pk)
    window, trouble = _window(request, session)
    report = report_on(session, window)
    charts = session_charts(report)
    students = list(session.course.students.all())
    register = registers([session], students)[0] if session.started_at else None
    return render(
        request,
        "reports/session.html",
        {
            "notes": session.notes,
            "trouble": trouble,
            "stretch": "" if window.is_whole else f"?from={window.start_s}&to={window.last_s + 1}",
            "register": register,
            "has_list": bool(students),
            "layouts": LAYOUTS.values(),
            "report": report,
            "course_id": session.course_id,
            "facts": facts(report),
            "note": note(report),
            "sentences": summary(report),
            "simulated": simulated(report),
            "charts": charts,
            "figures": {chart.key: chart.figure for chart in charts},
            "exports": [one for one in EXPORTS.values() if one.is_offered(report)],
            "marker_kinds": Marker.Kind.choices,
        },
    )


@login_required
@require_safe
def session_export(request: TeacherRequest, pk: int, kind: str) -> HttpResponseBase:
    """A download of one of EXPORTS. Raises Http404 for another kind."""
    session = own_session(request, pk)
    if kind not in EXPORTS:
        raise Http404(f"There is no export of the kind {kind!r}.")
    export = EXPORTS[kind]
    if export.needs_samples and session.thinned_at:
        return HttpResponse(GONE, status=410, content_type="text/plain; charset=utf-8")
    window, trouble = _window(request, session)
    if trouble:
        return HttpResponseBadRequest(trouble, content_type="text/plain; charset=utf-8")
    report = report_on(session, window)
    content = export.make(report)
    response = (
        HttpResponse(content, content_type=export.content_type)
        if isinstance(content, str | bytes)
        else StreamingHttpResponse(content, content_type=export.content_type)
    )
    response["Content-Disposition"] = f'attachment; filename="{file_name(report, export.ending)}"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
def participant_lesson(request: TeacherRequest, pk: int, participant_pk: int) -> HttpResponse:
    """A student's lesson so far, for the live page."""
    return JsonResponse(lesson_of(own_participant(request, pk, participant_pk)))


def _window(request: TeacherRequest, session: ClassSession) -> tuple[Window, str]:
    """What the address asks for; or the whole, and why what it asks for makes no sense."""
    length_s = session.elapsed.total_seconds()
    try:
        window = window_of(request.GET, length_s)
    except BadWindow as error:
        return whole(length_s), str(error)
    return by_minutes(window, length_s) if session.thinned_at else window, ""


@login_required
@require_safe
def student(request: TeacherRequest, course_pk: int, pk: int) -> HttpResponse:
    own = Student.objects.taught_by(request.user).select_related("course")
    own_student = get_object_or_404(own, pk=pk, course=course_pk)
    report = student_report(own_student)
    charts = student_charts(report)
    return render(
        request,
        "reports/student.html",
        {
            "report": report,
            "notes": own_student.notes,
            "charts": charts,
            "figures": {chart.key: chart.figure for chart in charts},
            "simulated_count": sum(row.is_simulated for row in report.sessions),
        },
    )
