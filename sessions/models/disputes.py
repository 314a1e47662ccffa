"""What students say was wrong in what is estimated of them."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from sessions.models.people import Participant
from sessions.querysets import DisputeQuerySet

REASON_LENGTH: Final = 200


class Dispute(models.Model):
    """A stretch of the session that a student calls wrong; it changes no figure.

    From first_second (included) to last_second (excluded).
    """

    participant = models.ForeignKey(Participant, on_delete=models.CASCADE, related_name="disputes")
    first_second = models.PositiveIntegerField()
    last_second = models.PositiveIntegerField()
    reason = models.CharField(max_length=REASON_LENGTH, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["first_second", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_second__gt=F("first_second")), name="dispute_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_second} s to {self.last_second} s"
