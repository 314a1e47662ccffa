"""What is stored of analysed frames: of a student's, and of a room's."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from inference.engagement import DEFINITIONS
from inference.labels import EMOTIONS
from sessions.models.lessons import ClassSession
from sessions.models.people import Participant
from sessions.querysets import RoomSampleQuerySet, SampleQuerySet


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


class RoomSample(models.Model):
    """One analysed frame of the room's camera, all faces together: there is no row for a face.

    angry to surprise: mean probabilities of the faces, null without any, and where no emotions
    are estimated.
    """

    session = models.ForeignKey(ClassSession, on_delete=models.CASCADE, related_name="room_samples")
    at = models.DateTimeField()
    second = models.PositiveIntegerField(help_text="Whole seconds since the session began.")
    faces = models.PositiveSmallIntegerField()
    facing = models.FloatField(
        null=True, help_text="Share of the faces that face the camera, 0 to 1."
    )
    angry = models.FloatField(null=True)
    disgust = models.FloatField(null=True)
    fear = models.FloatField(null=True)
    happy = models.FloatField(null=True)
    neutral = models.FloatField(null=True)
    sad = models.FloatField(null=True)
    surprise = models.FloatField(null=True)
    model_name = models.CharField(max_length=64, blank=True)
    detector = models.CharField(max_length=16)

    objects = RoomSampleQuerySet.as_manager()

    class Meta:
        verbose_name = "room's sample"
        indexes: ClassVar = [models.Index(fields=["session", "second"])]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "at"], name="room_sample_once")
        ]

    def __str__(self) -> str:
        return f"{self.second} s: {self.faces} faces"
