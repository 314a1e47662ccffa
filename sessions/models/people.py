"""Who takes part in a session, and when they were connected."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sessions.models.courses import Student
from sessions.models.lessons import ClassSession
from sessions.querysets import ConnectionQuerySet, ParticipantQuerySet, TakeoverQuerySet


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
