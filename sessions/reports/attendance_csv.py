"""Registers as CSV, in the layouts that other systems take; docs/attendance.md has examples."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils import timezone

from sessions.reports.attendance import Attendance, Register
from sessions.reports.exports.csv import BYTE_ORDER_MARK, plain

LETTERS: Final = {
    "present": "P", "late": "L", "left early": "E", "late, left early": "LE", "absent": "A",
}  # fmt: skip
MINUTE_S: Final = 60
POINTS: Final = 100


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file. kind: in its address. label, about: of its link."""

    kind: str
    label: str
    about: str
    make: Callable[[Register], str]


def everything(register: Register) -> str:
    """One row a student, with all that is known."""
    head = (
        *("session", "started_at", "student", "identifier", "on_list", "status", "minutes"),
        *("share", "late_minutes", "left_early_minutes", "devices", "camera"),
    )
    session = register.session
    rows = [
        (
            *(plain(session.title), _started(register)),
            *(plain(row.name), plain(row.identifier), _yes(row.on_list), row.status),
            *(round(row.attended_s / MINUTE_S, 1), round(row.share, 3)),
            *(_minutes(row.late_s), _minutes(row.early_s), row.devices, _yes(row.had_camera)),
        )
        for row in register.rows
    ]
    return _lines([head, *rows])


def moodle(register: Register) -> str:
    """For Moodle's Attendance activity, *Upload attendance*: its columns in its own order.

    The scan time is empty, so that Moodle takes the status: P, L or A; who left early is present.
    """
    letters = {"present": "P", "left early": "P", "absent": "A"}
    rows = [
        (_known(row), "", letters.get(row.status, "L"), plain(row.name))
        for row in register.rows
        if row.on_list
    ]
    return _lines([("user", "scantime", "status", "name"), *rows])


def canvas(register: Register) -> str:
    """For Canvas' Gradebook, *Import*: an assignment with the share of the session as points."""
    session = register.session
    name = plain(f"Attendance: {session.title} ({_started(register)[:10]})")
    head = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", name)
    rows = [
        (_last_first(row.name), "", "", _known(row), "", round(row.share * POINTS))
        for row in register.rows
        if row.on_list
    ]
    return _lines([head, ("    Points Possible", "", "", "", "", POINTS), *rows])


def classroom(register: Register) -> str:
    """As Google Classroom's own sheet of marks: names apart, date and points above."""
    title = plain(f"Attendance: {register.session.title}")
    rows = []
    for row in register.rows:
        if row.on_list:
            last, _, first = _last_first(row.name).partition(", ")
            rows.append((last, first, _known(row), round(row.share * POINTS)))
    return _lines(
        [
            ("Last Name", "First Name", "Email Address", title),
            ("Date", "", "", _started(register)[:10]),
            ("Points", "", "", POINTS),
            *rows,
        ]
    )


def matrix(registers: Sequence[Register]) -> str:
    """A course: one row a student, one column a session, a letter each; then the shares."""
    heads = [plain(f"{one.session.title} ({_started(one)[:10]})") for one in registers]
    by_student: dict[tuple[str, str], list[Attendance | None]] = {}
    for place, register in enumerate(registers):
        for row in register.rows:
            key = (row.name, row.identifier)
            by_student.setdefault(key, [None] * len(registers))[place] = row
    rows = [
        (
            *(plain(name), plain(identifier)),
            *(LETTERS[row.status] if row else "" for row in own),
            _mean([row.share for row in own if row]),
        )
        for (name, identifier), own in sorted(by_student.items(), key=_name_first)
    ]
    return _lines([("student", "identifier", *heads, "mean_share"), *rows])


LAYOUTS: Final = {
    one.kind: one
    for one in (
        Layout("all", "CSV: attendance", "one row a student, with all that is known", everything),
        Layout("moodle", "Moodle", "for a session's upload in the Attendance activity", moodle),
        Layout("canvas", "Canvas", "for the Gradebook's import", canvas),
        Layout("classroom", "Google Classroom", "in the form of its sheet of marks", classroom),
    )
}


def _name_first(item: tuple[tuple[str, str], object]) -> tuple[str, str]:
    name, identifier = item[0]
    return name.casefold(), identifier


def _known(row: Attendance) -> str:
    """By what the other system finds the student: the identifier, or else the name."""
    return plain(row.identifier or row.name)


def _last_first(name: str) -> str:
    first, _, last = name.rpartition(" ")
    return plain(f"{last}, {first}" if first else last)


def _started(register: Register) -> str:
    at = register.session.started_at
    return timezone.localtime(at).isoformat(timespec="minutes") if at else ""


def _minutes(seconds: float | None) -> float | str:
    return "" if seconds is None else round(max(0.0, seconds) / MINUTE_S, 1)


def _mean(shares: Sequence[float]) -> float | str:
    return round(sum(shares) / len(shares), 3) if shares else ""


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _lines(rows: Sequence[Sequence[object]]) -> str:
    file = io.StringIO()
    file.write(BYTE_ORDER_MARK)
    csv.writer(file).writerows(rows)
    return file.getvalue()
