"""Courses, and the students on their lists."""

from __future__ import annotations

from typing import ClassVar, Final

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from sessions.querysets import CourseQuerySet, StudentQuerySet

NOTES_LENGTH: Final = 5000
SHARE: Final = (MinValueValidator(0.0), MaxValueValidator(1.0))


class Course(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="courses"
    )
    name = models.CharField(max_length=120)
    alert_share = models.FloatField(
        "few engaged: below this share of the students seen",
        null=True,
        blank=True,
        default=0.5,
        validators=SHARE,
        help_text="0 to 1; empty for no such alert.",
    )
    alert_coverage = models.FloatField(
        "few faces: below this coverage",
        null=True,
        blank=True,
        default=0.4,
        validators=SHARE,
        help_text="0 to 1; empty for no such alert. Below it engagement is not judged either.",
    )
    alert_after_s = models.PositiveIntegerField(
        "both of these for so many seconds",
        default=120,
        validators=[MinValueValidator(10), MaxValueValidator(3600)],
    )
    alert_away_min = models.PositiveSmallIntegerField(
        "a student is away for so many minutes",
        null=True,
        blank=True,
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
        help_text="Empty for no such alert.",
    )
    alert_confused = models.PositiveSmallIntegerField(
        "so many students signal that they are confused",
        null=True,
        blank=True,
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text="Within two minutes; empty for no such alert.",
    )
    invitation_hash = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="Of the link by which a colleague comes to teach the course, too; once.",
    )
    invited_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = CourseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "name"],
                name="course_name_per_owner",
                violation_error_message="You have a course of this name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("course", args=[self.pk])


class CoTeacher(models.Model):
    """A colleague who teaches a course with its owner: sees and does all in it but part with it."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="co_teachers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="co_teachings"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering: ClassVar = ["created_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "user"], name="co_teacher_once")
        ]

    def __str__(self) -> str:
        return str(self.user)


class Student(models.Model):
    """One name of a course's roster: the same person across its sessions."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="students")
    name = models.CharField(max_length=80)
    identifier = models.CharField(
        max_length=120,
        blank=True,
        help_text="As other systems know the student: an e-mail address, a login or a number.",
    )
    notes = models.TextField(
        "the teacher's notes",
        max_length=NOTES_LENGTH,
        blank=True,
        help_text="For nobody else: in no export.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = StudentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["course", "name"], name="student_name_per_course")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("student", args=[self.course_id, self.pk])
