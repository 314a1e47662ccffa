"""How much of a session its students call wrong: part of its data quality, and of no figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sessions.minutes import MINUTE_S
from sessions.models import ClassSession, Dispute
from sessions.reports.records import Record, stored_in
from sessions.reports.tally import Stay, attended, merged, seconds_within
from sessions.reports.window import Window


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A stretch that somebody calls wrong, and why; it is not told who."""

    start_s: int
    end_s: int
    reason: str


@dataclass(frozen=True, slots=True)
class DisputeReport:
    """students: how many call something wrong. disputed_s: seconds in which they were connected
    that they call wrong, of all of them together; what overlaps counts once. connected_s: of the
    whole class. samples: recorded in what is called wrong, of `recorded`. by_student: disputed_s
    by StudentRow.participant_id, of those who call something wrong."""

    students: int = 0
    disputed_s: float = 0.0
    connected_s: float = 0.0
    samples: int = 0
    recorded: int = 0
    by_student: Mapping[int, float] = field(default_factory=dict)
    rows: tuple[DisputeRow, ...] = ()

    @property
    def share(self) -> float | None:
        """Of the recorded samples that is called wrong, 0 to 1; None where nothing is recorded."""
        return self.samples / self.recorded if self.recorded else None


def dispute_report(
    session: ClassSession, window: Window, records: Sequence[Record]
) -> DisputeReport:
    """Of a stretch of one session, in one query; in two where something is called wrong in it."""
    rows: list[DisputeRow] = []
    stretches: dict[int, list[Stay]] = {}
    for one in Dispute.objects.of_session(session.pk):
        for start, end in window.clip([(one.first_second, one.last_second)]):
            rows.append(DisputeRow(int(start), int(end), one.reason))
            stretches.setdefault(one.participant_id, []).append((start, end))
    by_student = _by_student(records, stretches)
    return DisputeReport(
        students=len(by_student),
        disputed_s=sum(by_student.values()),
        connected_s=sum(attended(one.stays) for one in records),
        samples=_samples(session, window, stretches) if stretches else 0,
        recorded=sum(sums.samples for one in records for sums in one.sums.values()),
        by_student=by_student,
        rows=tuple(rows),
    )


def _by_student(records: Sequence[Record], stretches: Mapping[int, list[Stay]]) -> dict[int, float]:
    """Seconds connected that each student calls wrong, on all devices together."""
    found = {}
    for one in records:
        own = [stretch for person in one.people for stretch in stretches.get(person.pk, ())]
        if own:
            wrong = merged(own, max(end for _, end in own))
            found[one.people[0].pk] = sum(seconds_within(one.stays, *stretch) for stretch in wrong)
    return found


def _samples(session: ClassSession, window: Window, stretches: Mapping[int, list[Stay]]) -> int:
    """Recorded in these stretches, by participant; they begin and end with a minute."""
    stored = stored_in(session, window, MINUTE_S).filter(participant__in=stretches)
    return sum(
        samples
        for person, minute, samples, *_ in stored.sums_by_time(MINUTE_S)
        if any(
            start < (minute + 1) * MINUTE_S and minute * MINUTE_S < end
            for start, end in stretches[person]
        )
    )
