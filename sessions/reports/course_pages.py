"""A course over time, and two of its sessions, or two groups, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from sessions.models import ClassSession
from sessions.reports.charts.compare import comparison_charts
from sessions.reports.charts.course import course_charts
from sessions.reports.compare import Comparison, Pair, compare_groups, compare_sessions, mean_of
from sessions.reports.course import course_report
from sessions.reports.course_forms import GroupsForm, SessionsForm
from sessions.reports.course_zip import course_zip
from sessions.reports.facts import NOTE, PRESENCE_NOTE
from sessions.reports.since import since_last_time
from sessions.site.access import TeacherRequest, own_course


@login_required
@require_safe
def course_trends(request: TeacherRequest, pk: int) -> HttpResponse:
    report = course_report(own_course(request, pk))
    charts = course_charts(report)
    context = {
        "report": report,
        "sentences": since_last_time(report),
        "charts": charts,
        "figures": {chart.key: chart.figure for chart in charts},
        "note": NOTE if report.with_emotion else PRESENCE_NOTE,
    }
    return render(request, "reports/course_trends.html", context)


@login_required
@require_safe
def course_export(request: TeacherRequest, pk: int) -> StreamingHttpResponse:
    course = own_course(request, pk)
    response = StreamingHttpResponse(course_zip(course), content_type="application/zip")
    name = slugify(course.name) or "course"
    response["Content-Disposition"] = f'attachment; filename="{name}.zip"'
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
def course_compare(request: TeacherRequest, pk: int) -> HttpResponse:
    """Two sessions (left, right), or with a session and a group that group and the others."""
    course = own_course(request, pk)
    held = list(ClassSession.objects.filter(course=course).held())
    is_groups = "session" in request.GET or "group" in request.GET
    sessions = SessionsForm(None if is_groups else request.GET or _last_two(held), held=held)
    groups = GroupsForm(
        request.GET if is_groups else None, held=held, students=list(course.students.all())
    )
    found = _compared(groups if is_groups else sessions)
    charts = comparison_charts(found) if found else []
    context = {
        "course": course,
        "sessions_form": sessions,
        "groups_form": groups,
        "is_groups": is_groups,
        "found": found,
        "sides": [found.left, found.right] if found else [],
        "rows": [_row(pair) for pair in (found.whole, *found.pairs)] if found else [],
        "charts": charts,
        "figures": {chart.key: chart.figure for chart in charts},
        "note": NOTE if found and found.with_emotion else PRESENCE_NOTE,
        "held": len(held),
    }
    return render(request, "reports/course_compare.html", context)


def _last_two(held: Sequence[ClassSession]) -> dict[str, int] | None:
    """What is compared where nothing is asked for."""
    return {"left": held[-2].pk, "right": held[-1].pk} if len(held) > 1 else None


def _compared(form: SessionsForm | GroupsForm) -> Comparison | None:
    if not form.is_bound or not form.is_valid():
        return None
    asked = form.cleaned_data
    if isinstance(form, SessionsForm):
        return compare_sessions(asked["left"], asked["right"])
    return compare_groups(asked["session"], asked["group"])


def _row(pair: Pair) -> dict[str, object]:
    """Of the table: a segment, what each side was like in it, and the difference."""
    return {
        "label": pair.label,
        "sides": [(part, mean_of(part)) for part in (pair.left, pair.right)],
        "difference": pair.difference,
    }
