"""A teacher's courses and their rosters."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from sessions.models import ClassSession, Course, Student
from sessions.reports.agreement import Agreement, course_agreement
from sessions.reports.facts import agreement
from sessions.site.access import TeacherRequest, own_course
from sessions.teaching.forms import CourseForm
from sessions.teaching.roster import Entry, RosterForm
from sessions.teaching.roster_file import FileForm, merged, read_rows


@login_required
@require_safe
def course_list(request: TeacherRequest) -> HttpResponse:
    courses = Course.objects.taught_by(request.user).select_related("owner").for_list()
    return render(request, "teaching/courses.html", {"courses": courses})


@login_required
def course_new(request: TeacherRequest) -> HttpResponse:
    return _edit(request, Course(owner=request.user), "Course created. Add its students below.")


@login_required
def course_edit(request: TeacherRequest, pk: int) -> HttpResponse:
    return _edit(request, own_course(request, pk), "Course saved.")


@login_required
def course_page(request: TeacherRequest, pk: int) -> HttpResponse:
    """The course's sessions and students; POST replaces the roster."""
    course = own_course(request, pk)
    form = RosterForm(request.POST or None, course=course)
    sessions = ClassSession.objects.filter(course=course).current().live_first().for_list()
    if request.method == "POST" and form.is_valid():
        added, removed = form.save()
        messages.success(request, f"List saved: {added} added, {removed} removed.")
        return redirect(course)
    return render(
        request,
        "teaching/course.html",
        {
            "course": course,
            "form": form,
            "students": Student.objects.filter(course=course).for_list(),
            "sessions": sessions,
            "is_owner": course.owner_id == request.user.pk,
            "colleagues": course.co_teachers.count(),
            "agreement": agreement(found) if (found := _agreement(course)) else "",
            "is_doubted": found is not None and found.is_doubted,
        },
    )


@login_required
def course_roster_file(request: TeacherRequest, pk: int) -> HttpResponse:
    """Read a list out of a file, and show what it gives; the course's page stores it."""
    course = own_course(request, pk)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    context: dict[str, object] = {"course": course, "form": form}
    if form.is_valid():
        stored = [Entry(one.name, one.identifier) for one in course.students.all()]
        rows = read_rows(form.cleaned_data["file"], [entry.name for entry in stored])
        context |= {
            "rows": sorted(rows, key=lambda row: (not row.problem, row.is_known, row.number)),
            "new": sum(row.entry is not None and not row.is_known for row in rows),
            "known": sum(row.is_known for row in rows),
            "faulty": sum(bool(row.problem) for row in rows),
            "names": merged(stored, rows),
        }
    status = 400 if form.is_bound and form.errors else 200
    return render(request, "teaching/roster_file.html", context, status=status)


def _agreement(course: Course) -> Agreement | None:
    return course_agreement(course.pk) if settings.POLICY == "emotion" else None


def _edit(request: TeacherRequest, course: Course, done: str) -> HttpResponse:
    form = CourseForm(request.POST or None, instance=course)
    if request.method == "POST" and form.is_valid():
        course = form.save()
        messages.success(request, done)
        return redirect(course)
    return render(request, "teaching/course_form.html", {"form": form, "course": course})
