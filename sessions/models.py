"""What is kept: courses, students, sessions, participants, connections, samples."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from inference.engagement import DEFINITIONS
from inference.labels import EMOTIONS
from sessions.clock import Start
from sessions.codes import new_code
from sessions.querysets import (
    ClassSessionQuerySet,
    ConnectionQuerySet,
    CourseQuerySet,
    ParticipantQuerySet,
    SampleQuerySet,
    StudentQuerySet,
    TakeoverQuerySet,
)


class Course(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="courses"
    )
    name = models.CharField(max_length=120)
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


class Student(models.Model):
    """One name of a course's roster: the same person across its sessions."""

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="students")
    name = models.CharField(max_length=80)
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


def default_definition() -> str:
    """Of sessions that are made now."""
    return str(settings.ENGAGEMENT_DEFINITION)


class ClassSession(models.Model):
    """One lesson."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        LIVE = "live", "Live"
        ENDED = "ended", "Ended"

    course = models.ForeignKey(Course, on_delete=models.CASCADE, related_name="sessions")
    title = models.CharField(max_length=120)
    code = models.CharField(
        "join code", max_length=12, unique=True, default=new_code, editable=False
    )
    planned_minutes = models.PositiveSmallIntegerField(
        "planned length (minutes)",
        default=50,
        validators=[MinValueValidator(1), MaxValueValidator(600)],
    )
    interval_s = models.FloatField(
        "sampling interval (seconds)",
        default=1.0,
        validators=[MinValueValidator(0.2), MaxValueValidator(60)],
        help_text="How often each camera is sampled: 0.2 to 60 seconds.",
    )
    show_engagement = models.BooleanField(
        "students see their own engagement",
        default=True,
        help_text="Their own value only, never anybody else's.",
    )
    show_roster = models.BooleanField(
        "students choose their name from the list",
        default=False,
        help_text="Whoever has the code then sees all names. Otherwise everybody types theirs.",
    )
    is_locked = models.BooleanField("nobody else can join", default=False, editable=False)
    state = models.CharField(
        max_length=8, choices=State.choices, default=State.PLANNED, editable=False
    )
    is_simulated = models.BooleanField(default=False, editable=False)
    definition = models.CharField(
        "definition of engagement",
        max_length=8,
        choices=[(name, name) for name in DEFINITIONS],
        default=default_definition,
        editable=False,
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    clock_id = models.CharField(
        max_length=36,
        blank=True,
        editable=False,
        help_text="Which steady clock read clock_at: that of one boot of one machine.",
    )
    clock_at = models.FloatField(
        null=True, editable=False, help_text="The steady clock at the start, in seconds."
    )
    ended_at = models.DateTimeField(null=True, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = ClassSessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session"
        ordering: ClassVar = ["-created_at"]
        indexes: ClassVar = [models.Index(fields=["course", "-created_at"])]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("session", args=[self.pk])

    @property
    def is_live(self) -> bool:
        return self.state == self.State.LIVE

    @property
    def is_joinable(self) -> bool:
        return self.state != self.State.ENDED and self.archived_at is None

    @property
    def start(self) -> Start | None:
        """When it began by both clocks; None before that."""
        if self.started_at is None:
            return None
        return Start(self.started_at, self.clock_id, self.clock_at)

    @property
    def elapsed(self) -> timedelta:
        """How long the session has run, or ran; zero before its start."""
        if self.started_at is None:
            return timedelta()
        return (self.ended_at or self.now()) - self.started_at

    def now(self) -> datetime:
        """The present moment as records of this session are stamped: steady once it has begun."""
        return self.start.moment() if self.start else timezone.now()


class Participant(models.Model):
    """A student in one session."""

    class Camera(models.TextChoices):
        ON = "on", "On"
        OFF = "off", "Off"
        PAUSED = "paused", "Paused"
        REFUSED = "refused", "Refused"
        MISSING = "missing", "Missing"
        BUSY = "busy", "In use elsewhere"

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="participants")
    student = models.ForeignKey(
        Student, on_delete=models.SET_NULL, null=True, blank=True, related_name="participations"
    )
    display_name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    consented_at = models.DateTimeField()
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(
        null=True, blank=True, help_text="When the teacher sent this participant out."
    )
    camera = models.CharField(max_length=8, choices=Camera.choices, default=Camera.OFF)
    is_simulated = models.BooleanField(default=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["joined_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["session", "joined_at"])]

    def __str__(self) -> str:
        return self.display_name


class Takeover(models.Model):
    """A browser that asks to go on as a participant whose name is taken."""

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="takeovers")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField(default=timezone.now)

    objects = TakeoverQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["asked_at"]

    def __str__(self) -> str:
        return f"{self.participant} from another device"


class Connection(models.Model):
    """One stay of a participant: attendance is the time between its two moments."""

    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, related_name="connections"
    )
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["opened_at"]

    def __str__(self) -> str:
        return f"{self.opened_at:%H:%M:%S} to {self.last_seen_at:%H:%M:%S}"


class Sample(models.Model):
    """One analysed frame. The frame itself is never kept."""

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="samples")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="samples")
    at = models.DateTimeField()
    second = models.PositiveIntegerField(help_text="Whole seconds since the session began.")
    faces = models.PositiveSmallIntegerField()
    angry = models.FloatField(null=True)
    disgust = models.FloatField(null=True)
    fear = models.FloatField(null=True)
    happy = models.FloatField(null=True)
    neutral = models.FloatField(null=True)
    sad = models.FloatField(null=True)
    surprise = models.FloatField(null=True)
    emotion = models.CharField(
        max_length=8, choices=[(name, name.capitalize()) for name in EMOTIONS], blank=True
    )
    engagement = models.FloatField(null=True, help_text="0 to 1, smoothed over seconds.")
    model_name = models.CharField(max_length=64, blank=True)
    # Null in samples of before these were stored: columns that may be null cost nothing to add.
    detector = models.CharField(max_length=16, null=True)  # noqa: DJ001
    definition = models.CharField(  # noqa: DJ001
        max_length=8,
        null=True,
        choices=[(name, name) for name in DEFINITIONS],
        help_text="Of the engagement; null where there is none, and in samples of before.",
    )
    expression = models.FloatField(
        null=True, help_text="Concentration index, 0.2 to 0.9, smoothed over seconds."
    )
    facing = models.FloatField(
        null=True, help_text="Share of the last ten seconds facing the screen, 0 to 1."
    )
    direction = models.CharField(  # noqa: DJ001
        max_length=8, null=True, choices=[(name, name) for name in ("facing", "turned", "down")]
    )

    objects = SampleQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["session", "second"]),
            models.Index(fields=["participant", "second"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "at"], name="sample_once")
        ]

    def __str__(self) -> str:
        return f"{self.second} s: {self.emotion or 'away'}"

    @property
    def is_usable(self) -> bool:
        return self.faces > 0

    @property
    def probabilities(self) -> tuple[float | None, ...]:
        """The seven probabilities in the order of EMOTIONS; None where none was estimated."""
        return tuple(getattr(self, name) for name in EMOTIONS)
