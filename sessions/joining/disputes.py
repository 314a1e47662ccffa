"""A student says that a stretch of the own record is wrong, and takes it back."""

from __future__ import annotations

from typing import Final

from django.db import transaction

from sessions.errors import NotAllowed
from sessions.models import Dispute, Participant
from sessions.site.erasure import erase_traces

MOST_DISPUTES: Final = 50
"""Of one participant: a program that has the link must not fill the database."""


def call_wrong(
    participant: Participant, first_second: int, last_second: int, reason: str
) -> Dispute:
    """Note it; no figure changes. Raises NotAllowed for one more than MOST_DISPUTES."""
    with transaction.atomic():
        # Locked, so that two that come at once are counted one after the other.
        Participant.objects.select_for_update().get(pk=participant.pk)
        if participant.disputes.count() >= MOST_DISPUTES:
            raise NotAllowed(
                f"You have called {MOST_DISPUTES} stretches wrong already. Take one back first."
            )
        return Dispute.objects.create(
            participant=participant,
            first_second=first_second,
            last_second=last_second,
            reason=reason,
        )


def take_back(participant: Participant, number: int) -> None:
    """Delete the participant's dispute of this number; nothing happens without it."""
    participant.disputes.filter(pk=number).delete()
    erase_traces()
