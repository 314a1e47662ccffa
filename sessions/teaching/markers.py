"""Markers on a session's timeline: set with one key during the lesson, edited at any time."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Final

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from sessions import news
from sessions.joining.names import tidy, validate_name
from sessions.models import ClassSession, Marker
from sessions.site.access import TeacherRequest, own_marker, own_session

CLOCK: Final = r"^(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d)$"
MOST: Final = 300
"""Of one session: one every ten seconds of fifty minutes."""


class MarkerForm(forms.ModelForm):
    """The instance carries the session. Without a second it is set where the session is now."""

    second = forms.IntegerField(required=False, min_value=0)
    clock = forms.RegexField(
        CLOCK,
        required=False,
        strip=True,
        error_messages={"invalid": "Write the time since the start as 12:30, or as 1:02:30."},
    )
    """What a person types instead of a second."""

    class Meta:
        model = Marker
        fields: ClassVar = ["kind", "text", "second"]

    def clean_text(self) -> str:
        text = tidy(self.cleaned_data["text"])
        if text:
            validate_name(text)
        return text

    def clean_second(self) -> int:
        second: int | None = self.cleaned_data["second"]
        elapsed = int(self.instance.session.elapsed.total_seconds())
        if second is None and self.data.get("clock"):
            second = self._typed()
        if second is None:
            return elapsed if self.instance.pk is None else int(self.instance.second)
        if second > elapsed:
            raise forms.ValidationError("The session was not that long: choose an earlier time.")
        return second

    def _typed(self) -> int | None:
        found = re.match(CLOCK, str(self.data["clock"]).strip())
        if found is None:
            return None
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds

    def clean(self) -> dict[str, Any]:
        session: ClassSession = self.instance.session
        if session.started_at is None:
            raise forms.ValidationError("Start the session first: markers lie on its timeline.")
        if self.instance.pk is None and session.markers.count() >= MOST:
            raise forms.ValidationError(f"A session has at most {MOST} markers.")
        return self.cleaned_data


@login_required
@require_POST
def add(request: TeacherRequest, pk: int) -> HttpResponse:
    """Set a marker."""
    return _save(request, Marker(session=own_session(request, pk)), "set")


@login_required
@require_POST
def edit(request: TeacherRequest, pk: int, marker_pk: int) -> HttpResponse:
    """Change a marker."""
    return _save(request, own_marker(request, pk, marker_pk), "changed")


@login_required
@require_POST
def remove(request: TeacherRequest, pk: int, marker_pk: int) -> HttpResponse:
    """Take a marker away."""
    marker = own_marker(request, pk, marker_pk)
    session, label = marker.session, marker.label
    marker.delete()
    news.session_changed(session)
    return _done(request, session, f"Marker taken away: {label}.")


def _save(request: TeacherRequest, marker: Marker, done: str) -> HttpResponse:
    form = MarkerForm(request.POST, instance=marker)
    if not form.is_valid():
        return _refused(request, marker.session_id, form)
    marker = form.save()
    news.session_changed(marker.session)
    return _done(request, marker.session, f"Marker {done}: {marker.label}.", id=marker.pk)


def _done(
    request: TeacherRequest, session: ClassSession, text: str, **more: object
) -> HttpResponse:
    """The live page, which asks for JSON, stays where it is; a form goes back to the report."""
    if not request.accepts("text/html"):
        return JsonResponse({"message": text, **more})
    messages.success(request, text)
    return redirect("session_report", session.pk)


def _refused(request: TeacherRequest, session_id: int, form: MarkerForm) -> HttpResponse:
    reasons = " ".join(str(one) for errors in form.errors.values() for one in errors)
    if not request.accepts("text/html"):
        return JsonResponse({"message": reasons}, status=400)
    messages.error(request, f"The marker is not saved. {reasons}")
    return redirect("session_report", session_id)
