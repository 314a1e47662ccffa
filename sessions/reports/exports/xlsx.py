"""XLSX with native charts: summary, students, timeline, samples and room on a sheet each."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any, Final

import xlsxwriter
from django.utils import timezone
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from inference.labels import EMOTIONS
from sessions.reports.exports import rows as sample_rows
from sessions.reports.exports.export import Export
from sessions.reports.exports.xlsx_charts import Charts
from sessions.reports.facts import TOO_LITTLE, facts, moment, note, simulated
from sessions.reports.room import RoomReport
from sessions.reports.session import SessionReport

EXCEL_ROWS: Final = 1_048_576
SAMPLE_HEAD_ROWS: Final = 1
DAY_S: Final = 86_400

Column = tuple[str, int, str]
"""Head, width in characters, format."""


def workbook(report: SessionReport, most_rows: int = EXCEL_ROWS) -> bytes:
    """The file. most_rows caps the sheet of samples at what Excel can open."""
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
        _Writer(book, report, most_rows - SAMPLE_HEAD_ROWS).write()
    return file.getvalue()


class _Writer:
    def __init__(self, book: Workbook, report: SessionReport, most_samples: int) -> None:
        self.book = book
        self.report = report
        self.charts = Charts(book, report)
        self.most_samples = most_samples
        self.formats: dict[str, Format] = {
            "text": book.add_format(),
            "title": book.add_format({"bold": True, "font_size": 16}),
            "bold": book.add_format({"bold": True}),
            "mark": book.add_format({"bold": True, "font_color": "#B3261E"}),
            "head": book.add_format({"bold": True, "bg_color": "#EEF1F5", "text_wrap": True}),
            "share": book.add_format({"num_format": "0 %"}),
            "value": book.add_format({"num_format": "0.00"}),
            "count": book.add_format({"num_format": "#,##0"}),
            "time": book.add_format({"num_format": "[h]:mm:ss"}),
            "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }

    def write(self) -> None:
        summary = self.book.add_worksheet("Summary")
        students = self.book.add_worksheet("Students")
        timeline = self.book.add_worksheet("Timeline")
        samples = self.book.add_worksheet("Samples")
        self._summary(summary)
        self._students(students)
        self._timeline(timeline)
        self._samples(samples)
        if self.report.segments:
            self._segments(self.book.add_worksheet("Markers"))
        if self.report.voice.check_ins:
            self._check_ins(self.book.add_worksheet("Check-ins"))
        if self.report.room is not None:
            self._room(self.book.add_worksheet("Room"), self.report.room)

    def _summary(self, sheet: Worksheet) -> None:
        report = self.report
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 44)
        rows: list[tuple[str, Any, str]] = [(report.title, "", "title"), (note(report), "", "bold")]
        rows += [(simulated(report), "", "mark")] if simulated(report) else []
        rows += [("", "", "text")]
        rows += [(name, value, "text") for name, value in facts(report)]
        rows += [("Generated", moment(report.generated_at), "text")]
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
            self._cell(sheet, index, 1, value, "text" if heading else style)
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
        self._head(sheet, columns)
        for index, row in enumerate(self.report.students, start=1):
            tally = row.tally
            values: list[Any] = [row.name, tally.attended_s / DAY_S, tally.attendance]
            values += [tally.samples, tally.usable, tally.coverage]
            if emotion:
                values += [tally.engagement, tally.facing]
                values += [tally.dominant[0] if tally.dominant else None]
                values += tally.emotion_shares or (None,) * len(EMOTIONS)
            values += ["yes" if row.is_simulated or self.report.is_simulated else "no"]
            self._row(sheet, index, columns, values)
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
        self._head(sheet, columns)
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
            self._row(sheet, index, columns, values, blank="")

    def _samples(self, sheet: Worksheet) -> None:
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
        self._head(sheet, columns)
        names = {key: row.name for row in self.report.students for key in row.participant_ids}
        for index, (key, at, *rest) in enumerate(sample_rows.rows(self.report), start=1):
            if index > self.most_samples:
                break
            local = at.astimezone(zone).replace(tzinfo=None)
            self._row(sheet, index, columns, [names[key], local, *rest], blank="")

    def _segments(self, sheet: Worksheet) -> None:
        columns: list[Column] = [
            ("Start", 10, "time"),
            ("End", 10, "time"),
            ("Kind", 10, "text"),
            ("What", 30, "text"),
        ]
        if self.report.with_emotion:
            columns += [("Engagement", 12, "value"), ("Facing", 10, "share")]
            columns += [("Change", 10, "value"), ("Change from", 10, "value")]
            columns += [("Change to", 10, "value"), ("Students compared", 12, "count")]
        columns += [("Coverage", 10, "share")]
        self._head(sheet, columns)
        for index, one in enumerate(self.report.segments, start=1):
            values: list[Any] = [one.start_s / DAY_S, one.end_s / DAY_S, one.kind, one.label]
            if self.report.with_emotion:
                told = one.change
                values += [one.engagement, one.facing]
                values += [told.mean, told.low, told.high, told.students] if told else [None] * 4
            self._row(sheet, index, columns, [*values, one.coverage], blank="")

    def _check_ins(self, sheet: Worksheet) -> None:
        columns: list[Column] = [("At", 10, "time"), ("Question", 40, "text")]
        columns += [(str(value), 8, "count") for value in range(1, 6)]
        columns += [("Answers", 10, "count"), ("Mean (1 to 5)", 12, "value")]
        self._head(sheet, columns)
        for index, one in enumerate(self.report.voice.check_ins, start=1):
            values: list[Any] = [one.second / DAY_S, one.question, *one.counts]
            self._row(sheet, index, columns, [*values, one.answers, one.mean], blank="")

    def _room(self, sheet: Worksheet, room: RoomReport) -> None:
        columns: list[Column] = [
            ("Start", 10, "time"),
            ("Pictures", 10, "count"),
            ("Coverage", 10, "share"),
            ("Faces (mean)", 12, "value"),
        ]
        if self.report.with_emotion:
            columns += [("Facing the camera", 12, "share")]
            columns += [(name.capitalize(), 10, "value") for name in EMOTIONS]
        self._head(sheet, columns)
        for index, one in enumerate(room.buckets, start=1):
            values: list[Any] = [one.start_s / DAY_S, one.frames, one.coverage, one.faces]
            if self.report.with_emotion:
                values += [one.facing, *(one.emotions or (None,) * len(EMOTIONS))]
            self._row(sheet, index, columns, values, blank="")

    def _samples_left_out(self) -> int:
        return max(0, self.report.total.samples - self.most_samples)

    def _cap_note(self) -> str:
        return (
            f"Excel holds no more rows: the last {self._samples_left_out():,} of "
            f"{self.report.total.samples:,} samples are left out. The CSV has them all."
        )

    def _head(self, sheet: Worksheet, columns: list[Column]) -> None:
        for index, (name, width, _) in enumerate(columns):
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, name, self.formats["head"])
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)

    def _row(
        self,
        sheet: Worksheet,
        row: int,
        columns: list[Column],
        values: list[Any],
        blank: str = TOO_LITTLE,
    ) -> None:
        for index, (value, (_, _, style)) in enumerate(zip(values, columns, strict=True)):
            self._cell(sheet, row, index, value, style, blank)

    def _cell(
        self,
        sheet: Worksheet,
        row: int,
        column: int,
        value: Any,
        style: str,
        blank: str = TOO_LITTLE,
    ) -> None:
        if value is None:
            value = blank
        if isinstance(value, str):
            # Always as a string, so that no name becomes a formula or a link.
            if value:
                sheet.write_string(row, column, value, self.formats["text"])
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value, self.formats[style])
        else:
            sheet.write_number(row, column, value, self.formats[style])


EXPORTS: Final = (
    Export(
        "xlsx", 2, "Excel", "summary, students, timeline and samples, with charts",
        ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", workbook,
    ),
)  # fmt: skip
