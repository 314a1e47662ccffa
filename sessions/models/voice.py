"""What students say themselves: answers to check-ins, and signals at any time."""

from __future__ import annotations

from typing import ClassVar, Final

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from sessions.models.lessons import ClassSession
from sessions.models.people import Participant
from sessions.querysets import AnswerQuerySet, CheckInQuerySet, SignalQuerySet

LEAST: Final = 1
MOST: Final = 5


class CheckIn(models.Model):
    """A question of the teacher's to the whole class, answered from 1 to 5."""

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="check_ins")
    question = models.CharField(max_length=120)
    second = models.PositiveIntegerField(help_text="Of the session, when it was asked.")
    closed_second = models.PositiveIntegerField(null=True, help_text="Null while it is open.")
    is_random = models.BooleanField(
        default=False, editable=False, help_text="Whether the site asked at a random moment."
    )

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name = "check-in"
        ordering: ClassVar = ["second", "pk"]
        indexes: ClassVar = [models.Index(fields=["session", "second"])]

    def __str__(self) -> str:
        return self.question


class Answer(models.Model):
    """One student's answer to a check-in; the last one counts."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.CASCADE, related_name="answers")
    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="answers")
    value = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(LEAST), MaxValueValidator(MOST)]
    )
    second = models.PositiveIntegerField()
    estimated = models.FloatField(
        null=True,
        editable=False,
        help_text="Mean engagement of the minute before, kept when the samples are deleted.",
    )

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["second", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_in", "participant"], name="answer_once")
        ]

    def __str__(self) -> str:
        return str(self.value)


class Signal(models.Model):
    """A student's own sign that something is the matter, at a second of the session."""

    class Kind(models.TextChoices):
        CONFUSED = "confused", "Confused"
        TOO_FAST = "too_fast", "Too fast"
        TOO_SLOW = "too_slow", "Too slow"
        HAND = "hand", "Hand raised"

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="signals")
    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="signals")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField(default=timezone.now)
    second = models.PositiveIntegerField()
    ended_second = models.PositiveIntegerField(
        null=True, help_text="When a raised hand was lowered; null while it is up."
    )

    objects = SignalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["second", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["session", "second"]),
            models.Index(fields=["session", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.second} s"
