"""What the live page has pointed out to the teacher."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sessions.models.lessons import ClassSession
from sessions.models.people import Participant
from sessions.querysets import AlertQuerySet


class Alert(models.Model):
    """One alert: raised at a second of the session, over when what it told of was over."""

    class Kind(models.TextChoices):
        ENGAGED = "engaged", "Few are engaged"
        COVERAGE = "coverage", "Few faces are seen"
        AWAY = "away", "A student is away"
        CONFUSED = "confused", "Several are confused"

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="alerts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    participant = models.ForeignKey(
        Participant, on_delete=models.CASCADE, null=True, related_name="alerts"
    )
    second = models.PositiveIntegerField()
    value = models.FloatField(help_text="A share, or a number of students or seconds, then.")
    ended_second = models.PositiveIntegerField(null=True)
    acknowledged_second = models.PositiveIntegerField(null=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["second", "pk"]
        indexes: ClassVar = [models.Index(fields=["session", "second"])]
        constraints: ClassVar = [
            # Two processes that watch the same class raise an alert once.
            models.UniqueConstraint(
                fields=["session", "kind"],
                condition=models.Q(ended_second=None, participant=None),
                name="class_alert_once",
            ),
            models.UniqueConstraint(
                fields=["session", "kind", "participant"],
                condition=models.Q(ended_second=None),
                name="student_alert_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.second} s"
