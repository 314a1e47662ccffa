"""Questions about what students say was wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from django.db.models import QuerySet

from sessions.querysets.taught import taught_by

if TYPE_CHECKING:
    from sessions.models import Dispute


class DisputeQuerySet(QuerySet["Dispute"]):
    def taught_by(self, user: User) -> DisputeQuerySet:
        return self.filter(taught_by(user, "participant__session__course"))

    def of_session(self, session_id: int) -> DisputeQuerySet:
        return self.filter(participant__session=session_id)

    def stretches(self) -> QuerySet[Dispute, tuple[int, int, int]]:
        """(participant, from, to) of each, without a word of why."""
        return self.values_list("participant_id", "first_second", "last_second")
