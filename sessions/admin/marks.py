"""Markers, and what students said."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.http import HttpRequest

from sessions.admin.base import CountedDeletion, ErasingAdmin, ReadOnlyAdmin
from sessions.models import Alert, Answer, CheckIn, Dispute, Marker, Signal


@admin.register(Marker)
class MarkerAdmin(ErasingAdmin):
    list_display = ("session", "second", "kind", "text")
    list_filter = ("kind",)
    search_fields = ("text", "session__title", "=session__code")
    list_select_related = ("session",)
    readonly_fields = ("session", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only a teacher marks a lesson."""
        return False


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    list_display = ("session", "kind", "participant", "second", "ended_second", "value")
    list_filter = ("kind",)
    search_fields = ("session__title", "=session__code")
    list_select_related = ("session", "participant")


@admin.register(CheckIn)
class CheckInAdmin(CountedDeletion, ErasingAdmin):
    list_display = ("question", "session", "second", "closed_second")
    search_fields = ("question", "session__title", "=session__code")
    list_select_related = ("session",)
    readonly_fields = ("session", "second", "closed_second")
    takes_along: ClassVar = {Answer: "check_in__in"}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only a teacher asks a class."""
        return False


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    list_display = ("check_in", "participant", "value", "second")
    search_fields = ("check_in__question", "participant__display_name")
    list_select_related = ("check_in", "participant")


@admin.register(Signal)
class SignalAdmin(ReadOnlyAdmin):
    list_display = ("session", "participant", "kind", "second", "ended_second")
    list_filter = ("kind",)
    search_fields = ("participant__display_name", "session__title", "=session__code")
    list_select_related = ("session", "participant")


@admin.register(Dispute)
class DisputeAdmin(ReadOnlyAdmin):
    list_display = ("session", "participant", "first_second", "last_second", "reason", "at")
    search_fields = ("participant__session__title", "=participant__session__code", "reason")
    list_select_related = ("participant__session",)

    @admin.display(ordering="participant__session")
    def session(self, dispute: Dispute) -> str:
        return str(dispute.participant.session)
