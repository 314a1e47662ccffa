"""The teacher's marks on the timeline of a session."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from sessions.models.lessons import ClassSession
from sessions.querysets import MarkerQuerySet


class Marker(models.Model):
    """What began at a second of the session."""

    class Kind(models.TextChoices):
        TOPIC = "topic", "Topic"
        ACTIVITY = "activity", "Activity"
        BREAK = "break", "Break"
        QUESTION = "question", "Question"
        NOTE = "note", "Note"

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="markers")
    second = models.PositiveIntegerField(help_text="Whole seconds since the session began.")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = MarkerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["second", "pk"]
        indexes: ClassVar = [models.Index(fields=["session", "second"])]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """What a chart says of it: its text, or its kind where there is none."""
        return self.text or self.get_kind_display()
