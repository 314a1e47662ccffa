"""Sessions: looked up, ended, exported."""

from __future__ import annotations

import io
import zipfile
from typing import Any, ClassVar, Final

from asgiref.sync import async_to_sync
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse

from sessions.admin.base import CountedDeletion, ErasingAdmin
from sessions.models import (
    Alert,
    Answer,
    CheckIn,
    ClassSession,
    Connection,
    Dispute,
    Marker,
    Participant,
    RoomSample,
    Sample,
    Signal,
)
from sessions.reports.exports.xlsx_process import workbook_of
from sessions.reports.facts import file_name
from sessions.reports.session import session_report
from sessions.services import end_session

MAX_EXPORTED: Final = 20


@admin.register(ClassSession)
class ClassSessionAdmin(CountedDeletion, ErasingAdmin):
    list_display = (
        "title",
        "course",
        "owner",
        "state",
        "started_at",
        "ended_at",
        "participant_count",
        "is_simulated",
    )
    list_filter = ("state", "is_simulated", ("archived_at", admin.EmptyFieldListFilter))
    search_fields = ("title", "=code", "course__name", "course__owner__email")
    date_hierarchy = "started_at"
    autocomplete_fields = ("course",)
    list_select_related = ("course__owner",)
    readonly_fields = (
        "code",
        "state",
        "is_simulated",
        "scheduled_at",
        "created_at",
        "started_at",
        "ended_at",
        "archived_at",
    )
    actions = ("export_xlsx",)
    takes_along: ClassVar = {
        Participant: "session__in",
        Connection: "participant__session__in",
        Sample: "session__in",
        RoomSample: "session__in",
        Marker: "session__in",
        CheckIn: "session__in",
        Answer: "check_in__session__in",
        Signal: "session__in",
        Alert: "session__in",
        Dispute: "participant__session__in",
    }

    def get_readonly_fields(
        self, request: HttpRequest, obj: ClassSession | None = None
    ) -> tuple[str, ...]:
        """What is stored was sampled at this interval, and belongs to students of this course."""
        fixed = list(self.readonly_fields)
        if obj is not None and obj.state != ClassSession.State.PLANNED:
            fixed += ["interval_s", "course"]
        elif obj is not None and obj.participants.exclude(student=None).exists():
            fixed += ["course"]
        return tuple(fixed)

    def save_model(
        self, request: HttpRequest, obj: ClassSession, form: ModelForm, change: bool
    ) -> None:
        """Write what was changed here alone: the session may have started meanwhile."""
        obj.save(update_fields=form.changed_data if change else None)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClassSession]:
        sessions: QuerySet[ClassSession] = super().get_queryset(request)
        return sessions.annotate(participant_count=Count("participants"))

    @admin.display(description="teacher", ordering="course__owner")
    def owner(self, session: ClassSession) -> str:
        return str(session.course.owner)

    @admin.display(description="participants", ordering="participant_count")
    def participant_count(self, session: Any) -> int:
        return int(session.participant_count)

    @admin.action(description="Export as Excel files (zip)", permissions=["view"])
    def export_xlsx(
        self, request: HttpRequest, queryset: QuerySet[ClassSession]
    ) -> HttpResponse | None:
        if queryset.count() > MAX_EXPORTED:
            text = f"Choose at most {MAX_EXPORTED} sessions for one export."
            self.message_user(request, text, messages.ERROR)
            return None
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for session in queryset.select_related("course"):
                report = session_report(session)
                name = f"{session.pk}-{file_name(report, '.xlsx')}"
                archive.writestr(name, async_to_sync(workbook_of)(report))
        response = HttpResponse(file.getvalue(), content_type="application/zip")
        response["Content-Disposition"] = 'attachment; filename="sessions.zip"'
        return response

    def delete_model(self, request: HttpRequest, obj: ClassSession) -> None:
        # Ended first, so that whoever is connected is told.
        if obj.is_live:
            end_session(obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ClassSession]) -> None:
        for session in queryset:
            self.delete_model(request, session)
