"""Courses, students and teachers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from sessions.admin.base import CountedDeletion, ErasingAdmin
from sessions.models import (
    Alert,
    Answer,
    CheckIn,
    ClassSession,
    Connection,
    CoTeacher,
    Course,
    Dispute,
    Marker,
    Participant,
    RoomSample,
    Sample,
    Signal,
    Student,
)


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
        CoTeacher: "course__in",
        Student: "course__in",
        ClassSession: "course__in",
        Participant: "session__course__in",
        Connection: "participant__session__course__in",
        Sample: "session__course__in",
        RoomSample: "session__course__in",
        Marker: "session__course__in",
        CheckIn: "session__course__in",
        Answer: "check_in__session__course__in",
        Signal: "session__course__in",
        Alert: "session__course__in",
        Dispute: "participant__session__course__in",
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


@admin.register(CoTeacher)
class CoTeacherAdmin(ErasingAdmin):
    list_display = ("user", "course", "created_at")
    search_fields = ("user__email", "course__name")
    autocomplete_fields = ("user", "course")
    list_select_related = ("user", "course")


@admin.register(Student)
class StudentAdmin(ErasingAdmin):
    list_display = ("name", "course", "owner")
    search_fields = ("name", "course__name", "course__owner__email")
    autocomplete_fields = ("course",)
    list_select_related = ("course__owner",)

    @admin.display(description="teacher", ordering="course__owner")
    def owner(self, student: Student) -> str:
        return str(student.course.owner)


admin.site.unregister(User)


@admin.register(User)
class TeacherAdmin(CountedDeletion, ErasingAdmin, UserAdmin):
    list_display = ("email", "is_active", "is_staff", "date_joined", "last_login")
    ordering = ("email",)
    takes_along: ClassVar = {
        Course: "owner__in",
        CoTeacher: "user__in",
        Student: "course__owner__in",
        ClassSession: "course__owner__in",
        Participant: "session__course__owner__in",
        Connection: "participant__session__course__owner__in",
        Sample: "session__course__owner__in",
        RoomSample: "session__course__owner__in",
        Marker: "session__course__owner__in",
        CheckIn: "session__course__owner__in",
        Answer: "check_in__session__course__owner__in",
        Signal: "session__course__owner__in",
        Alert: "session__course__owner__in",
        Dispute: "participant__session__course__owner__in",
    }
