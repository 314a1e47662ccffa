"""The teacher's own notes on a lesson and on a student: plain text, for nobody else."""

from __future__ import annotations

from typing import Final

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from sessions.models import Student
from sessions.models.courses import NOTES_LENGTH
from sessions.site.access import TeacherRequest, own_session

PLACE: Final = "#notes"


@login_required
@require_POST
def of_session(request: TeacherRequest, pk: int) -> HttpResponse:
    """Keep the notes on a lesson."""
    session = own_session(request, pk)
    if notes := _written(request):
        session.notes = notes.strip()
        session.save(update_fields=["notes"])
    return redirect(reverse("session_report", args=[pk]) + PLACE)


@login_required
@require_POST
def of_student(request: TeacherRequest, course_pk: int, pk: int) -> HttpResponse:
    """Keep the notes on a student."""
    own = Student.objects.taught_by(request.user)
    student = get_object_or_404(own, pk=pk, course=course_pk)
    if notes := _written(request):
        student.notes = notes.strip()
        student.save(update_fields=["notes"])
    return redirect(student.get_absolute_url() + PLACE)


def _written(request: TeacherRequest) -> str:
    """The notes, a blank for empty ones; empty, and told why, where they cannot be kept."""
    notes = request.POST.get("notes", "").replace("\r\n", "\n").replace("\0", "")
    if len(notes) > NOTES_LENGTH:
        messages.error(
            request,
            f"The notes are not saved: {len(notes):,} characters are more than {NOTES_LENGTH:,}. "
            "Shorten them; your browser's back button has what you wrote.",
        )
        return ""
    messages.success(request, "Notes saved.")
    return notes or " "
