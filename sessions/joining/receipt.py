"""A student's receipt: the own figures and what is stored, from minutes alone.

It lasts as long as the record does, also when the single samples are deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from sessions.models import ClassSession, Connection, Dispute, Marker, Minute, Participant
from sessions.reports.buckets import COLUMNS, Bucket, Sums, bucket_of
from sessions.reports.facts import NOTE, PRESENCE_NOTE
from sessions.reports.records import stays_in
from sessions.reports.session import Provenance, widths_for
from sessions.reports.student import tally_of
from sessions.reports.tally import Stay, Tally, seconds_by_slot
from sessions.reports.window import Window, whole

NOT_SHOWN: Final = "In this class only your teacher sees the estimates of emotion and engagement."


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a participant is told of the own record.

    is_emotion_stored: False under the presence policy. with_emotion: whether emotion and
    engagement are shown, which the teacher may not want. buckets: of this one student.
    """

    participant: Participant
    session: ClassSession
    is_emotion_stored: bool
    with_emotion: bool
    tally: Tally
    provenance: Provenance
    window: Window
    bucket_s: int
    buckets: tuple[Bucket, ...]
    stays: tuple[Stay, ...]
    disputes: tuple[Dispute, ...]

    @property
    def markers(self) -> tuple[Marker, ...]:
        """None: they are the teacher's."""
        return ()

    @property
    def has_data(self) -> bool:
        return self.tally.samples > 0

    @property
    def has_samples(self) -> bool:
        """Whether single samples are stored still."""
        return self.has_data and self.session.thinned_at is None

    @property
    def note(self) -> str:
        """What the figures are and are not."""
        if self.with_emotion:
            return NOTE
        return NOT_SHOWN if self.is_emotion_stored else PRESENCE_NOTE

    @property
    def kept_until(self) -> datetime | None:
        """When the record is deleted; None while the session is not over."""
        return self._after_end(settings.RETENTION_DAYS)

    @property
    def samples_until(self) -> datetime | None:
        """When the single samples are deleted before that; None where they are not, or gone."""
        if (
            self.session.thinned_at is not None
            or settings.RAW_RETENTION_DAYS >= settings.RETENTION_DAYS
        ):
            return None
        return self._after_end(settings.RAW_RETENTION_DAYS)

    def _after_end(self, days: int) -> datetime | None:
        ended = self.session.ended_at
        return ended + timedelta(days=days) if ended else None


def receipt_of(participant: Participant) -> Receipt:
    """In five queries; its session must be loaded."""
    session = participant.session
    is_stored = settings.POLICY == "emotion"
    with_emotion = is_stored and session.show_engagement
    length_s = session.elapsed.total_seconds()
    moments = Connection.objects.filter(participant=participant).stays()
    stays = stays_in(((opened, seen) for _, opened, seen in moments), session, length_s)
    minutes = Minute.objects.filter(participant=participant)
    row = minutes.tallies().first()
    bucket_s, _ = widths_for(length_s, session.interval_s, is_thinned=True)
    return Receipt(
        participant=participant,
        session=session,
        is_emotion_stored=is_stored,
        with_emotion=with_emotion,
        tally=tally_of(row, session, length_s, stays, with_emotion),
        provenance=Provenance.of(minutes.provenance(), is_stored),
        window=whole(length_s),
        bucket_s=bucket_s,
        buckets=_buckets(participant, stays, bucket_s, with_emotion),
        stays=tuple(stays),
        disputes=tuple(participant.disputes.all()),
    )


def _buckets(
    participant: Participant, stays: list[Stay], width_s: int, with_emotion: bool
) -> tuple[Bucket, ...]:
    session = participant.session
    rows = Minute.objects.filter(participant=participant).sums_by_time(width_s)
    sums = {slot: Sums.of_row(row[:COLUMNS]) for _, slot, *row in rows}
    last = ceil(session.elapsed.total_seconds() / width_s) - 1
    slots = max([*sums, last]) + 1
    return tuple(
        bucket_of(
            slot * width_s,
            [sums[slot]] if slot in sums else [],
            seconds,
            session.interval_s,
            with_emotion,
        )
        for slot, seconds in enumerate(seconds_by_slot(stays, width_s, slots))
    )


def stored_of(participant: Participant) -> Mapping[str, Any]:
    """How much is stored, in one query."""
    row = Minute.objects.filter(participant=participant).tallies().first() or {}
    return {
        "name": participant.display_name,
        "session": participant.session.title,
        "joined_at": timezone.localtime(participant.joined_at).isoformat(timespec="seconds"),
        "samples": row.get("samples", 0),
        "usable": row.get("usable", 0),
        "retention_days": settings.RETENTION_DAYS,
    }
