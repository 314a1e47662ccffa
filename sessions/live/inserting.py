"""Storing samples so that a repeat does no harm and a bad one is dropped alone. Blocking."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction
from django.db.utils import Error
from django.utils.timezone import is_aware

from sessions import minutes
from sessions.live.copying import copy_in
from sessions.live.counters import Counters
from sessions.models import Sample

logger = logging.getLogger(__name__)

BAD = (IntegrityError, DataError, ValidationError, TypeError, ValueError, ArithmeticError)
"""What the database or Django says of a row that can never be stored."""


class Inserter:
    """A sample is known by its participant and its moment, which the database keeps unique."""

    def __init__(self, counts: Counters) -> None:
        self._counts = counts
        self._may_repeat = False

    def insert(self, samples: Sequence[Sample], *, may_repeat: bool = False) -> None:
        """Store what is not stored yet.

        may_repeat: some may have been stored before. Raises django.db.Error while the database
        is away; what was tried then may be stored or not, so that the next call looks first.
        """
        samples = self._complete(samples)
        if not samples:
            return
        try:
            if may_repeat or self._may_repeat:
                samples = self._not_stored(samples)
            try:
                self._insert(samples)
            except BAD:
                self._insert_singly(self._not_stored(samples))
        except Error:
            self._may_repeat = True
            raise
        self._may_repeat = False

    def _complete(self, samples: Sequence[Sample]) -> list[Sample]:
        """Those that name a participant, a session and a moment."""
        complete = []
        for sample in samples:
            if not isinstance(sample.participant_id, int) or not isinstance(sample.session_id, int):
                self._drop(sample, "it names no participant or no session")
            elif not isinstance(sample.at, datetime) or not is_aware(sample.at):
                self._drop(sample, "it names no moment")
            else:
                complete.append(sample)
        return complete

    def _not_stored(self, samples: Sequence[Sample]) -> list[Sample]:
        """Each once, without those that the database has."""
        known = set(Sample.objects.moments_of(samples)) if samples else set()
        fresh = []
        for sample in samples:
            key = (sample.participant_id, sample.at)
            if key not in known:
                known.add(key)
                fresh.append(sample)
        self._counts.add("samples_repeated", len(samples) - len(fresh))
        return fresh

    def _insert(self, samples: Sequence[Sample]) -> None:
        for sample in samples:
            # An insert that was taken back at its commit has left a key behind.
            sample.pk = None
        with transaction.atomic():
            if connection.vendor == "postgresql":
                copy_in(samples)
            else:
                Sample.objects.bulk_create(samples)
            minutes.add(samples)
        self._counts.add("samples_stored", len(samples))

    def _insert_singly(self, samples: Sequence[Sample]) -> None:
        """Halve what is refused until the bad samples are found."""
        try:
            self._insert(samples)
        except BAD as error:
            if len(samples) > 1:
                middle = len(samples) // 2
                self._insert_singly(samples[:middle])
                self._insert_singly(samples[middle:])
            else:
                self._drop(samples[0], _reason(error))

    def _drop(self, sample: Sample, reason: str) -> None:
        """A participant that was deleted meanwhile is the ordinary reason."""
        self._counts.add("samples_dropped")
        at = sample.at.isoformat() if isinstance(sample.at, datetime) else "an odd moment"
        logger.warning(
            "A sample of participant %s in session %s at %s cannot be stored and is dropped: %s",
            sample.participant_id,
            sample.session_id,
            at,
            reason,
        )


def _reason(error: Exception) -> str:
    """What was wrong, never with a value: messages quote those of a face."""
    said = getattr(error.__cause__, "diag", None)
    if said is not None:
        detail = said.constraint_name or said.column_name or said.sqlstate
    else:
        # SQLite names the constraint and no value.
        detail = str(error) if isinstance(error, IntegrityError) else None
    kind = type(error).__name__
    return f"{kind} ({detail})" if detail else kind
