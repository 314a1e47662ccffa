"""The admin site: what a school's administrator looks up, corrects, deletes and exports."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from typing import Any, ClassVar, Final

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.core.paginator import Paginator
from django.db.models import Count, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property

from sessions.joining.membership import delete_participant
from sessions.models import (
    ClassSession,
    Connection,
    Course,
    Participant,
    Sample,
    Student,
    Takeover,
)
from sessions.reports.exports.xlsx import workbook
from sessions.reports.facts import file_name
from sessions.reports.session import session_report
from sessions.services import end_session
from sessions.site.erasure import erase_traces

MAX_EXPORTED: Final = 20
MOST_PAGES: Final = 1000
RECORDS: Final = (Connection, Sample)
"""Kept by the site itself: nobody adds, changes or deletes one by hand."""


class CountedDeletion:
    """Says how much a deletion takes along, where Django would list every sample of it."""

    admin_site: admin.AdminSite
    takes_along: ClassVar[dict[type[Model], str]]
    """Models whose rows go too, with the filter that finds them by the keys to be deleted."""

    def get_deleted_objects(
        self, objs: Iterable[Model], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """What goes, how many of each model, which permissions lack, what stands in the way."""
        keys, named = [], []
        counts: dict[str, int] = {}
        for one in objs:
            keys.append(one.pk)
            named.append(f"{one._meta.verbose_name}: {one}")
            counts[str(one._meta.verbose_name_plural)] = len(keys)
        lacking = set()
        for model, found_by in self.takes_along.items():
            count = model._default_manager.filter(**{found_by: keys}).count()
            if not count:
                continue
            counts[str(model._meta.verbose_name_plural)] = count
            # Records go with what they belong to, though nobody may delete one by itself.
            own_admin = self.admin_site.get_model_admin(model)
            if model not in RECORDS and not own_admin.has_delete_permission(request):
                lacking.add(str(model._meta.verbose_name))
        return named, counts, lacking, []


class UncountedPaginator(Paginator):
    """Pages of a table of millions of rows: to count them all takes longer than to show one.

    There seem to be as many as MOST_PAGES hold; a page behind the last row is empty.
    """

    @cached_property
    def count(self) -> int:
        return MOST_PAGES * self.per_page


class ErasingAdmin(admin.ModelAdmin):
    """What is deleted here goes from the database's files, too."""

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        erase_traces()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        erase_traces()


class ReadOnlyAdmin(admin.ModelAdmin):
    show_full_result_count = False
    paginator = UncountedPaginator
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Course)
class CourseAdmin(CountedDeletion, ErasingAdmin):
    list_display = ("name", "owner", "session_count", "student_count", "last_session_at")
    list_filter = ("created_at",)
    search_fields = ("name", "owner__email")
    date_hierarchy = "created_at"
    autocomplete_fields = ("owner",)
    list_select_related = ("owner",)
    readonly_fields = ("created_at",)
    takes_along: ClassVar = {
        Student: "course__in",
        ClassSession: "course__in",
        Participant: "session__course__in",
        Connection: "participant__session__course__in",
        Sample: "session__course__in",
    }

    def get_queryset(self, request: HttpRequest) -> QuerySet[Course]:
        return Course.objects.for_list()

    @admin.display(description="sessions", ordering="session_count")
    def session_count(self, course: Any) -> int:
        return int(course.session_count)

    @admin.display(description="students", ordering="student_count")
    def student_count(self, course: Any) -> int:
        return int(course.student_count)

    @admin.display(description="last session", ordering="last_session_at")
    def last_session_at(self, course: Any) -> Any:
        return course.last_session_at


@admin.register(Student)
class StudentAdmin(ErasingAdmin):
    list_display = ("name", "course", "owner")
    search_fields = ("name", "course__name", "course__owner__email")
    autocomplete_fields = ("course",)
    list_select_related = ("course__owner",)

    @admin.display(description="teacher", ordering="course__owner")
    def owner(self, student: Student) -> str:
        return str(student.course.owner)


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
                archive.writestr(f"{session.pk}-{file_name(report, '.xlsx')}", workbook(report))
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


@admin.register(Participant)
class ParticipantAdmin(CountedDeletion, admin.ModelAdmin):
    list_display = (
        "display_name",
        "session",
        "student",
        "camera",
        "joined_at",
        "left_at",
        "is_simulated",
    )
    list_filter = ("camera", "is_simulated", "session__state")
    search_fields = ("display_name", "session__title", "=session__code", "student__name")
    date_hierarchy = "joined_at"
    autocomplete_fields = ("student",)
    list_select_related = ("session", "student")
    readonly_fields = ("session", "consented_at", "joined_at", "left_at", "camera", "is_simulated")
    show_full_result_count = False
    takes_along: ClassVar = {Connection: "participant__in", Sample: "participant__in"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only a student takes part, by agreeing to it."""
        return False

    def delete_model(self, request: HttpRequest, obj: Participant) -> None:
        delete_participant(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Participant]) -> None:
        for participant in queryset.select_related("session"):
            delete_participant(participant)


@admin.register(Takeover)
class TakeoverAdmin(ReadOnlyAdmin):
    list_display = ("participant", "asked_at")
    list_select_related = ("participant",)


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin):
    list_display = ("participant", "session", "opened_at", "last_seen_at")
    search_fields = (
        "participant__display_name",
        "participant__session__title",
        "=participant__session__code",
    )
    date_hierarchy = "opened_at"
    list_select_related = ("participant__session",)

    @admin.display(ordering="participant__session")
    def session(self, connection: Connection) -> str:
        return str(connection.participant.session)


@admin.register(Sample)
class SampleAdmin(ReadOnlyAdmin):
    """No date hierarchy: it would read a table of millions of rows for each page."""

    list_display = (
        "session",
        "participant",
        "at",
        "second",
        "faces",
        "emotion",
        "engagement",
        "model_name",
    )
    list_filter = ("emotion", "session__state", "session__is_simulated")
    search_fields = ("participant__display_name", "session__title", "=session__code")
    list_select_related = ("session", "participant")
    list_per_page = 50


admin.site.unregister(User)


@admin.register(User)
class TeacherAdmin(CountedDeletion, ErasingAdmin, UserAdmin):
    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    ordering = ("email",)
    takes_along: ClassVar = {
        Course: "owner__in",
        Student: "course__owner__in",
        ClassSession: "course__owner__in",
        Participant: "session__course__owner__in",
        Connection: "participant__session__course__owner__in",
        Sample: "session__course__owner__in",
    }
