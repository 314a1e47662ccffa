"""Samples summed up by student and minute, which stay when the samples themselves go."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from sessions.models.lessons import ClassSession
from sessions.models.people import Participant
from sessions.querysets import MinuteQuerySet


class Minute(models.Model):
    """One participant's samples of a minute of the session, in a form that adds up.

    There is one row for each model, detector and definition that were at work in it, so that a
    report still names them. When raw samples go, a minute that a marker cuts is cut there, too.
    The columns are those of sessions.reports.buckets.Sums, then the seven counts of samples by
    dominant emotion.
    """

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="minutes")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="minutes")
    second = models.PositiveIntegerField(help_text="Of the session, at which the row begins.")
    model_name = models.CharField(max_length=64, blank=True)
    detector = models.CharField(max_length=16, blank=True)
    definition = models.CharField(max_length=8, blank=True)
    samples = models.PositiveIntegerField()
    usable = models.PositiveIntegerField(help_text="Samples with a face.")
    measured = models.PositiveIntegerField(help_text="Samples with an engagement.")
    engagement_sum = models.FloatField()
    faced = models.PositiveIntegerField(help_text="Samples of which facing is known.")
    facing_sum = models.FloatField()
    estimated = models.PositiveIntegerField(help_text="Samples with probabilities.")
    angry_sum = models.FloatField()
    disgust_sum = models.FloatField()
    fear_sum = models.FloatField()
    happy_sum = models.FloatField()
    neutral_sum = models.FloatField()
    sad_sum = models.FloatField()
    surprise_sum = models.FloatField()
    angry_count = models.PositiveIntegerField()
    disgust_count = models.PositiveIntegerField()
    fear_count = models.PositiveIntegerField()
    happy_count = models.PositiveIntegerField()
    neutral_count = models.PositiveIntegerField()
    sad_count = models.PositiveIntegerField()
    surprise_count = models.PositiveIntegerField()

    objects = MinuteQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["session", "second"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["participant", "second", "model_name", "detector", "definition"],
                name="minute_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.samples} samples from {self.second} s"
