"""What all sheets of the workbook share: how a head, a row and a cell are written."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sessions.reports.facts import TOO_LITTLE

DAY_S: Final = 86_400
"""Excel counts in days."""

Column = tuple[str, int, str]
"""Head, width in characters, format."""


class Sheets:
    """Writes cells as what they are: numbers, dates, and words that no program takes for more."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
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

    def head(self, sheet: Worksheet, columns: list[Column]) -> None:
        for index, (name, width, _) in enumerate(columns):
            sheet.set_column(index, index, width)
            sheet.write_string(0, index, name, self.formats["head"])
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)

    def row(
        self,
        sheet: Worksheet,
        row: int,
        columns: list[Column],
        values: list[Any],
        blank: str = TOO_LITTLE,
    ) -> None:
        for index, (value, (_, _, style)) in enumerate(zip(values, columns, strict=True)):
            self.cell(sheet, row, index, value, style, blank)

    def cell(
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
