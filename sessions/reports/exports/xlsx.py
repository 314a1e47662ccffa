"""XLSX with native charts: summary, students, timeline, samples and room on a sheet each."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

import xlsxwriter
from django.utils import timezone
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from inference.labels import EMOTIONS
from sessions.reports.attendance import Register
from sessions.reports.exports import xlsx_lesson
from sessions.reports.exports.xlsx_charts import Charts
from sessions.reports.exports.xlsx_sheets import DAY_S, Column, Sheets
from sessions.reports.facts import facts, moment, note, simulated
from sessions.reports.session import SessionReport

EXCEL_ROWS: Final = 1_048_576
SAMPLE_HEAD_ROWS: Final = 1


def workbook(
    report: SessionReport,
    samples: Iterable[Sequence[Any]],
    register: Register | None = None,
    most_rows: int = EXCEL_ROWS,
) -> bytes:
    """The file, without a database.

    samples: as exports.rows has them; none where they are deleted. register: of the session, if it
    has begun. most_rows caps the sheet of samples at what Excel can open.
    """
    file = io.BytesIO()
    # Rows are written out as they come: a session has a hundred thousand samples.
    with xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    ) as book:
        _Writer(book, report, most_rows - SAMPLE_HEAD_ROWS).write(samples, register)
    return file.getvalue()


class _Writer:
    def __init__(self, book: Workbook, report: SessionReport, most_samples: int) -> None:
        self.book = book
        self.sheets = Sheets(book)
        self.formats = self.sheets.formats
        self.report = report
        self.charts = Charts(book, report)
        self.most_samples = most_samples

    def write(self, samples: Iterable[Sequence[Any]], register: Register | None) -> None:
        report, sheets = self.report, self.sheets
        self._summary(self._sheet("Summary"))
        self._students(self._sheet("Students"))
        self._timeline(self._sheet("Timeline"))
        if not report.is_thinned:
            self._samples(self._sheet("Samples"), samples)
        if report.segments:
            xlsx_lesson.segments(sheets, self._sheet("Markers"), report)
        if report.voice.check_ins:
            xlsx_lesson.check_ins(sheets, self._sheet("Check-ins"), report)
        if report.alerts:
            xlsx_lesson.alerts(sheets, self._sheet("Alerts"), report)
        if register is not None:
            xlsx_lesson.attendance(sheets, self._sheet("Attendance"), register)
        if report.room is not None:
            xlsx_lesson.room(sheets, self._sheet("Room"), report.room, report)

    def _sheet(self, name: str) -> Worksheet:
        return self.book.add_worksheet(name)

    def _summary(self, sheet: Worksheet) -> None:
        report = self.report
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 44)
        rows: list[tuple[str, Any, str]] = [(report.title, "", "title"), (note(report), "", "bold")]
        rows += [(simulated(report), "", "mark")] if simulated(report) else []
        rows += [("", "", "text")]
        rows += [(name, value, "text") for name, value in facts(report)]
        rows += [("Generated", moment(report.generated_at), "text")]
        rows += [("Time zone", str(timezone.get_current_timezone()), "text")]
        total = report.total
        if report.with_emotion:
            rows += [("Mean engagement", total.engagement, "value"), ("", "", "text")]
            rows += [("Emotion mix", "share of samples by most probable emotion", "bold")]
            shares = total.emotion_shares or (None,) * len(EMOTIONS)
            rows += [
                (name.capitalize(), share, "share")
                for name, share in zip(EMOTIONS, shares, strict=True)
            ]
        if self._samples_left_out():
            rows += [("", "", "text"), ("Samples", self._cap_note(), "mark")]
        for index, (name, value, style) in enumerate(rows):
            heading = style in ("title", "bold", "mark")
            sheet.write_string(index, 0, name, self.formats[style if heading else "text"])
            self.sheets.cell(sheet, index, 1, value, "text" if heading else style)
        if report.with_emotion and report.has_data:
            sheet.insert_chart(0, 3, self.charts.engagement())
            sheet.insert_chart(18, 3, self.charts.emotions())

    def _students(self, sheet: Worksheet) -> None:
        emotion = self.report.with_emotion
        columns: list[Column] = [
            ("Student", 24, "text"),
            ("Attended", 11, "time"),
            ("Attendance", 11, "share"),
            ("Samples", 10, "count"),
            ("With a face", 11, "count"),
            ("Coverage", 13, "share"),
        ]
        if emotion:
            columns += [("Mean engagement", 13, "value"), ("Facing the screen", 13, "share")]
            columns += [("Dominant emotion", 13, "text")]
            columns += [(name.capitalize(), 10, "share") for name in EMOTIONS]
        columns += [("Simulated", 11, "text")]
        self.sheets.head(sheet, columns)
        for index, row in enumerate(self.report.students, start=1):
            tally = row.tally
            values: list[Any] = [row.name, tally.attended_s / DAY_S, tally.attendance]
            values += [tally.samples, tally.usable, tally.coverage]
            if emotion:
                values += [tally.engagement, tally.facing]
                values += [tally.dominant[0] if tally.dominant else None]
                values += tally.emotion_shares or (None,) * len(EMOTIONS)
            values += ["yes" if row.is_simulated or self.report.is_simulated else "no"]
            self.sheets.row(sheet, index, columns, values)
        if self.report.students:
            sheet.insert_chart(1, len(columns) + 1, self.charts.students(6 if emotion else 5))

    def _timeline(self, sheet: Worksheet) -> None:
        columns: list[Column] = [
            ("Start", 10, "time"),
            ("Samples", 10, "count"),
            ("With a face", 11, "count"),
            ("Expected", 10, "count"),
            ("Coverage", 10, "share"),
        ]
        if self.report.with_emotion:
            columns += [("Engagement", 12, "value"), ("Facing", 10, "share")]
            columns += [(name.capitalize(), 10, "value") for name in EMOTIONS]
        self.sheets.head(sheet, columns)
        for index, bucket in enumerate(self.report.buckets, start=1):
            values: list[Any] = [bucket.start_s / DAY_S, bucket.samples, bucket.usable]
            values += [bucket.expected, bucket.coverage]
            if self.report.with_emotion:
                values += [
                    bucket.engagement,
                    bucket.facing,
                    *(bucket.emotions or (None,) * len(EMOTIONS)),
                ]
            # A cell of words would be drawn as zero, so too little data stays blank here.
            self.sheets.row(sheet, index, columns, values, blank="")

    def _samples(self, sheet: Worksheet, samples: Iterable[Sequence[Any]]) -> None:
        zone = timezone.get_current_timezone()
        columns: list[Column] = [
            ("Student", 24, "text"),
            (f"Time ({zone})", 20, "moment"),
            ("Second", 9, "count"),
            ("Faces", 8, "count"),
        ]
        if self.report.with_emotion:
            columns += [(name.capitalize(), 10, "value") for name in EMOTIONS]
            columns += [
                ("Emotion", 11, "text"),
                ("Expression", 11, "value"),
                ("Facing", 8, "share"),
            ]
            columns += [("Direction", 10, "text"), ("Engagement", 11, "value")]
            columns += [(name, 14, "text") for name in ("Definition", "Model", "Detector")]
        self.sheets.head(sheet, columns)
        names = {key: row.name for row in self.report.students for key in row.participant_ids}
        for index, (key, at, *rest) in enumerate(samples, start=1):
            if index > self.most_samples:
                break
            local = at.astimezone(zone).replace(tzinfo=None)
            self.sheets.row(sheet, index, columns, [names[key], local, *rest], blank="")

    def _samples_left_out(self) -> int:
        return max(0, self.report.total.samples - self.most_samples)

    def _cap_note(self) -> str:
        return (
            f"Excel holds no more rows: the last {self._samples_left_out():,} of "
            f"{self.report.total.samples:,} samples are left out. The CSV has them all."
        )
