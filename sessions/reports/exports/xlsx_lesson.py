"""The sheets of the lesson itself: markers, check-ins, alerts, the register, the room."""

from __future__ import annotations

from typing import Any

from xlsxwriter.worksheet import Worksheet

from inference.labels import EMOTIONS
from sessions.reports.attendance import Register
from sessions.reports.exports.xlsx_sheets import DAY_S, Column, Sheets
from sessions.reports.room import RoomReport
from sessions.reports.session import SessionReport


def segments(sheets: Sheets, sheet: Worksheet, report: SessionReport) -> None:
    columns: list[Column] = [
        ("Start", 10, "time"),
        ("End", 10, "time"),
        ("Kind", 10, "text"),
        ("What", 30, "text"),
    ]
    if report.with_emotion:
        columns += [("Engagement", 12, "value"), ("Facing", 10, "share")]
        columns += [("Change", 10, "value"), ("Change from", 10, "value")]
        columns += [("Change to", 10, "value"), ("Students compared", 12, "count")]
    columns += [("Coverage", 10, "share")]
    sheets.head(sheet, columns)
    for index, one in enumerate(report.segments, start=1):
        values: list[Any] = [one.start_s / DAY_S, one.end_s / DAY_S, one.kind, one.label]
        if report.with_emotion:
            told = one.change
            values += [one.engagement, one.facing]
            values += [told.mean, told.low, told.high, told.students] if told else [None] * 4
        sheets.row(sheet, index, columns, [*values, one.coverage], blank="")


def check_ins(sheets: Sheets, sheet: Worksheet, report: SessionReport) -> None:
    columns: list[Column] = [("At", 10, "time"), ("Question", 40, "text")]
    columns += [("Asked", 12, "text")]
    columns += [(str(value), 8, "count") for value in range(1, 6)]
    columns += [("Answers", 10, "count"), ("Mean (1 to 5)", 12, "value")]
    sheets.head(sheet, columns)
    for index, one in enumerate(report.voice.check_ins, start=1):
        values: list[Any] = [one.second / DAY_S, one.question]
        values += ["at random" if one.is_random else "by the teacher", *one.counts]
        sheets.row(sheet, index, columns, [*values, one.answers, one.mean], blank="")


def alerts(sheets: Sheets, sheet: Worksheet, report: SessionReport) -> None:
    columns: list[Column] = [
        ("At", 10, "time"),
        ("What", 30, "text"),
        ("Student", 24, "text"),
        ("Value", 10, "value"),
        ("Over at", 10, "time"),
        ("Seen at", 10, "time"),
    ]
    sheets.head(sheet, columns)
    for index, one in enumerate(report.alerts, start=1):
        ended, seen = (
            None if second is None else second / DAY_S
            for second in (one.ended_second, one.acknowledged_second)
        )
        values: list[Any] = [one.second / DAY_S, one.label, one.name, one.value, ended, seen]
        sheets.row(sheet, index, columns, values, blank="")


def attendance(sheets: Sheets, sheet: Worksheet, register: Register) -> None:
    columns: list[Column] = [
        ("Student", 24, "text"),
        ("On the list", 11, "text"),
        ("Status", 18, "text"),
        ("Late by", 10, "time"),
        ("Left early by", 12, "time"),
        ("Attended", 10, "time"),
        ("Share", 8, "share"),
        ("Devices", 9, "count"),
        ("Camera", 9, "text"),
    ]
    sheets.head(sheet, columns)
    for index, row in enumerate(register.rows, start=1):
        late, early = (
            None if seconds is None else seconds / DAY_S for seconds in (row.late_s, row.early_s)
        )
        values: list[Any] = [row.name, "yes" if row.on_list else "no", row.status, late, early]
        values += [row.attended_s / DAY_S, row.share, row.devices]
        values += ["on" if row.had_camera else "off"]
        sheets.row(sheet, index, columns, values, blank="")


def room(sheets: Sheets, sheet: Worksheet, found: RoomReport, report: SessionReport) -> None:
    columns: list[Column] = [
        ("Start", 10, "time"),
        ("Pictures", 10, "count"),
        ("Coverage", 10, "share"),
        ("Faces (mean)", 12, "value"),
    ]
    if report.with_emotion:
        columns += [("Facing the camera", 12, "share")]
        columns += [(name.capitalize(), 10, "value") for name in EMOTIONS]
    sheets.head(sheet, columns)
    for index, one in enumerate(found.buckets, start=1):
        values: list[Any] = [one.start_s / DAY_S, one.frames, one.coverage, one.faces]
        if report.with_emotion:
            values += [one.facing, *(one.emotions or (None,) * len(EMOTIONS))]
        sheets.row(sheet, index, columns, values, blank="")
