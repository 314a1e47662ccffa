"""All that is stored of each student of a session, summed up by the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from inference.labels import EMOTIONS
from sessions.minutes import MINUTE_S
from sessions.models import ClassSession, Connection, Minute, Participant, Sample
from sessions.querysets import MinuteQuerySet, SampleQuerySet
from sessions.reports.buckets import COLUMNS, Sums
from sessions.reports.tally import Stay, merged
from sessions.reports.window import Window


@dataclass(slots=True)
class Record:
    """All that is stored of one student in the session: samples by bucket, and stays."""

    people: list[Participant]
    stays: list[Stay]
    sums: dict[int, Sums] = field(default_factory=dict)
    emotion_counts: list[int] = field(default_factory=lambda: [0] * len(EMOTIONS))


def records_of(session: ClassSession, window: Window, bucket_s: int) -> list[Record]:
    """By name, of a stretch of the session. Records of the same student, from two devices for
    instance, are put together."""
    moments = _moments(session)
    records: dict[tuple[str, int], Record] = {}
    by_participant: dict[int, Record] = {}
    for person in Participant.objects.filter(session=session).in_join_order():
        key = (
            ("participant", person.pk)
            if person.student_id is None
            else ("student", person.student_id)
        )
        record = records.setdefault(key, Record([], []))
        record.people.append(person)
        by_participant[person.pk] = record
    for record in records.values():
        own = [moment for one in record.people for moment in moments.get(one.pk, [])]
        record.stays = window.clip(stays_in(own, session, session.elapsed.total_seconds()))
    stored = stored_in(session, window, bucket_s)
    for participant_id, slot, *row in stored.sums_by_time(bucket_s):
        if participant_id not in by_participant:
            continue  # joined since the people were read
        record = by_participant[participant_id]
        sums = Sums.of_row(row[:COLUMNS])
        if slot in record.sums:
            record.sums[slot].add(sums)
        else:
            record.sums[slot] = sums
        for index, count in enumerate(row[COLUMNS:]):
            record.emotion_counts[index] += count
    return sorted(
        records.values(), key=lambda one: (one.people[0].display_name.casefold(), one.people[0].pk)
    )


def stored_in(
    session: ClassSession, window: Window, bucket_s: int
) -> SampleQuerySet | MinuteQuerySet:
    """What is stored of a stretch of the session, in a form that can be summed up in buckets: its
    minutes where these are enough, and where there is nothing else."""
    if session.thinned_at or (bucket_s % MINUTE_S == 0 and window.is_of_minutes):
        minutes = Minute.objects.filter(session=session)
        return minutes if window.is_whole else minutes.between(window.start_s, window.last_s + 1)
    samples = Sample.objects.filter(session=session)
    return samples if window.is_whole else samples.between(window.start_s, window.last_s + 1)


def _moments(session: ClassSession) -> dict[int, list[tuple[datetime, datetime]]]:
    moments: dict[int, list[tuple[datetime, datetime]]] = {}
    for person_id, opened, seen in Connection.objects.of_session(session).stays():
        moments.setdefault(person_id, []).append((opened, seen))
    return moments


def stays_in(
    moments: Iterable[tuple[datetime, datetime]], session: ClassSession, length_s: float
) -> list[Stay]:
    """Connections as seconds of the session, without overlaps; none before it begins."""
    if session.started_at is None:
        return []
    start = session.started_at
    return merged(
        (
            ((opened - start).total_seconds(), (seen - start).total_seconds())
            for opened, seen in moments
        ),
        length_s,
    )
