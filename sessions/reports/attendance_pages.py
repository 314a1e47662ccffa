"""The register of a session as CSV, and that of a course as a page and CSV."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from sessions.models import ClassSession, Course
from sessions.reports.attendance import Register, registers
from sessions.reports.attendance_csv import LAYOUTS, matrix
from sessions.site.access import TeacherRequest, own_course, own_session


@login_required
@require_safe
def session_attendance(request: TeacherRequest, pk: int, layout: str) -> HttpResponse:
    """A download in one of LAYOUTS. Raises Http404 for another one, and before the start."""
    session = own_session(request, pk)
    if layout not in LAYOUTS or session.started_at is None:
        raise Http404(f"There is no register in the layout {layout!r}.")
    (register,) = registers([session], list(session.course.students.all()))
    name = f"{slugify(session.title) or 'session'}-attendance-{layout}.csv"
    return _file(LAYOUTS[layout].make(register), name)


@login_required
@require_safe
def course_attendance(request: TeacherRequest, pk: int) -> HttpResponse:
    """Students by sessions."""
    course = own_course(request, pk)
    found = _of_course(course)
    names = {row.name: row.student_id for register in found for row in register.rows}
    cells = [{row.name: row for row in register.rows} for register in found]
    table = [
        (name, names[name], [cell.get(name) for cell in cells])
        for name in sorted(names, key=str.casefold)
    ]
    context = {"course": course, "registers": found, "table": table}
    return render(request, "reports/attendance.html", context)


@login_required
@require_safe
def course_attendance_csv(request: TeacherRequest, pk: int) -> HttpResponse:
    course = own_course(request, pk)
    name = f"{slugify(course.name) or 'course'}-attendance.csv"
    return _file(matrix(_of_course(course)), name)


def _of_course(course: Course) -> list[Register]:
    held = ClassSession.objects.filter(course=course).held()
    return registers(list(held), list(course.students.all()))


def _file(content: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
