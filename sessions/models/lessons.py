"""Sessions: one lesson each."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from inference.engagement import DEFINITIONS
from sessions.clock import Start
from sessions.codes import new_code
from sessions.models.courses import NOTES_LENGTH, Course
from sessions.querysets import ClassSessionQuerySet


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
    scheduled_at = models.DateTimeField(
        "planned for",
        null=True,
        blank=True,
        help_text="Optional. Students who open the link earlier are told; you start it yourself.",
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
    random_check_ins = models.BooleanField(
        "ask at random moments",
        default=False,
        help_text="“How well can you follow right now?”, at most once in ten minutes. The answers "
        "show whether the estimate agrees with your students.",
    )
    is_locked = models.BooleanField("nobody else can join", default=False, editable=False)
    notes = models.TextField(
        "the teacher's notes",
        max_length=NOTES_LENGTH,
        blank=True,
        editable=False,
        help_text="For nobody else: in no export.",
    )
    room_key = models.CharField(
        max_length=43,
        blank=True,
        editable=False,
        help_text="What the device with the room's camera shows; empty while there is none.",
    )
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
    thinned_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When its samples were deleted; their minutes stay.",
    )

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
