"""The attendance register: who of a list was there, from when to when. A fixed number of queries.

A student who was connected from several devices counts once, and the time of all together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from sessions.models import ClassSession, Connection, Participant, Student
from sessions.reports.records import stays_in
from sessions.reports.tally import Stay, attended

TOLERATED_S: Final = 300
"""Who comes or leaves by so much is neither late nor early."""

Status = Literal["present", "late", "left early", "late, left early", "absent"]


@dataclass(frozen=True, slots=True)
class Attendance:
    """One student in one session. late_s, early_s: between the session's start and the first
    connection, and between the last one's end and the session's; None for one who was absent.

    identifier: as other systems know the student, maybe empty. devices: records of the student.
    had_camera: whether any picture was analysed.
    """

    student_id: int | None
    name: str
    identifier: str
    on_list: bool
    late_s: float | None
    early_s: float | None
    attended_s: float
    share: float
    devices: int
    had_camera: bool

    @property
    def is_present(self) -> bool:
        return self.late_s is not None

    @property
    def status(self) -> Status:
        if self.late_s is None or self.early_s is None:
            return "absent"
        late, early = self.late_s > TOLERATED_S, self.early_s > TOLERATED_S
        if late and early:
            return "late, left early"
        return "late" if late else "left early" if early else "present"


@dataclass(frozen=True, slots=True)
class Register:
    """One session's, by name; absentees of the list included."""

    session: ClassSession
    length_s: float
    rows: tuple[Attendance, ...]

    @property
    def present(self) -> int:
        return sum(row.is_present for row in self.rows)


def registers(sessions: Sequence[ClassSession], students: Sequence[Student]) -> list[Register]:
    """Of sessions that have begun, all of one course, whose list students is; two queries."""
    stays: dict[int, list[tuple[datetime, datetime]]] = {}
    ids = [session.pk for session in sessions]
    for participant_id, opened, seen in Connection.objects.of_sessions(ids).stays():
        stays.setdefault(participant_id, []).append((opened, seen))
    people: dict[int, list[Participant]] = {}
    for one in Participant.objects.of_sessions(ids).with_camera_used().in_join_order():
        people.setdefault(one.session_id, []).append(one)
    return [_register(session, people.get(session.pk, []), stays, students) for session in sessions]


def _register(
    session: ClassSession,
    people: Sequence[Participant],
    stays: dict[int, list[tuple[datetime, datetime]]],
    students: Sequence[Student],
) -> Register:
    length_s = session.elapsed.total_seconds()
    by_student: dict[int, list[Participant]] = {}
    strangers: list[list[Participant]] = []
    for one in people:
        if one.student_id is None:
            strangers.append([one])
        else:
            by_student.setdefault(one.student_id, []).append(one)
    rows = [
        _row(session, length_s, by_student.get(student.pk, []), stays, student)
        for student in students
    ]
    rows += [_row(session, length_s, own, stays, None) for own in strangers]
    return Register(session, length_s, tuple(sorted(rows, key=lambda row: row.name.casefold())))


def _row(
    session: ClassSession,
    length_s: float,
    own: Sequence[Participant],
    stays: dict[int, list[tuple[datetime, datetime]]],
    student: Student | None,
) -> Attendance:
    moments = [moment for one in own for moment in stays.get(one.pk, [])]
    merged: list[Stay] = stays_in(moments, session, length_s)
    seconds = attended(merged)
    return Attendance(
        student_id=student.pk if student else None,
        name=student.name if student else own[0].display_name,
        identifier=student.identifier if student else "",
        on_list=student is not None,
        late_s=merged[0][0] if merged else None,
        early_s=length_s - merged[-1][1] if merged else None,
        attended_s=seconds,
        share=seconds / length_s if length_s else 0.0,
        devices=sum(bool(stays.get(one.pk)) for one in own),
        had_camera=any(getattr(one, "camera_used", False) for one in own),
    )
