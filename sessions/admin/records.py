"""Who took part, and what was recorded: participants, connections, samples."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from sessions.admin.base import CountedDeletion, ReadOnlyAdmin
from sessions.joining.membership import delete_participant
from sessions.models import (
    Alert,
    Answer,
    Connection,
    Dispute,
    Minute,
    Participant,
    RoomSample,
    Sample,
    Signal,
    Takeover,
)


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
    takes_along: ClassVar = {
        Connection: "participant__in",
        Sample: "participant__in",
        Answer: "participant__in",
        Signal: "participant__in",
        Alert: "participant__in",
        Dispute: "participant__in",
    }

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


@admin.register(Minute)
class MinuteAdmin(ReadOnlyAdmin):
    """No date hierarchy, as of samples."""

    list_display = (
        "session",
        "participant",
        "second",
        "samples",
        "usable",
        "measured",
        "model_name",
        "detector",
        "definition",
    )
    list_filter = ("session__state", "session__is_simulated")
    search_fields = ("participant__display_name", "session__title", "=session__code")
    list_select_related = ("session", "participant")
    list_per_page = 50


@admin.register(RoomSample)
class RoomSampleAdmin(ReadOnlyAdmin):
    list_display = ("session", "at", "second", "faces", "facing", "model_name", "detector")
    list_filter = ("session__state", "session__is_simulated")
    search_fields = ("session__title", "=session__code")
    list_select_related = ("session",)
    list_per_page = 50
