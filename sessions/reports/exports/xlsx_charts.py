"""The native charts of the workbook; they point at the cells of its sheets."""

from __future__ import annotations

from typing import Any

from xlsxwriter.workbook import Workbook

from inference.labels import EMOTIONS
from sessions.reports.session import SessionReport
from sessions.site.palette import COVERAGE_COLOUR, EMOTION_COLOURS, ENGAGEMENT_COLOUR, FACING_COLOUR


class Charts:
    """Not yet placed: sheets insert them."""

    def __init__(self, book: Workbook, report: SessionReport) -> None:
        self.book = book
        self.report = report

    def _column(self, sheet: str, column: int, rows: int) -> list[Any]:
        return [sheet, 1, column, rows, column]

    def engagement(self) -> Any:
        """Of the class, with facing and coverage."""
        rows = len(self.report.buckets)
        chart = self.book.add_chart({"type": "line"})
        for column, name, colour in (
            (5, "Engagement", ENGAGEMENT_COLOUR),
            (6, "Facing the screen", FACING_COLOUR),
            (4, "Coverage", COVERAGE_COLOUR),
        ):
            chart.add_series(
                {
                    "name": name,
                    "categories": self._column("Timeline", 0, rows),
                    "values": self._column("Timeline", column, rows),
                    "line": {"color": colour.upper(), "width": 2 if column == 5 else 1},
                }
            )
        return self._finish(chart, "Engagement and coverage over time")

    def emotions(self) -> Any:
        """Mean probabilities of the class."""
        rows = len(self.report.buckets)
        chart = self.book.add_chart({"type": "column", "subtype": "stacked"})
        for index, name in enumerate(EMOTIONS):
            chart.add_series(
                {
                    "name": name,
                    "categories": self._column("Timeline", 0, rows),
                    "values": self._column("Timeline", 7 + index, rows),
                    "fill": {"color": EMOTION_COLOURS[name].upper()},
                    "gap": 0,
                }
            )
        return self._finish(chart, "Emotion over time (mean probabilities)")

    def students(self, column: int) -> Any:
        """One bar a student; column: of the sheet."""
        rows = len(self.report.students)
        name = "Mean engagement" if column == 6 else "Coverage"
        chart = self.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": name,
                "categories": self._column("Students", 0, rows),
                "values": self._column("Students", column, rows),
                "fill": {"color": ENGAGEMENT_COLOUR.upper()},
            }
        )
        chart.set_title({"name": f"{name} by student", "name_font": {"size": 12}})
        chart.set_legend({"none": True})
        chart.set_x_axis({"min": 0, "max": 1})
        chart.set_y_axis({"reverse": True})
        chart.set_size({"width": 620, "height": 120 + 22 * rows})
        return chart

    def _finish(self, chart: Any, title: str) -> Any:
        chart.set_title({"name": title, "name_font": {"size": 12}})
        chart.set_x_axis(
            {
                "name": "time since the start",
                "interval_unit": max(1, len(self.report.buckets) // 10),
            }
        )
        chart.set_y_axis({"min": 0, "max": 1, "num_format": "0.0"})
        chart.set_legend({"position": "bottom"})
        chart.show_blanks_as("gap")
        chart.set_size({"width": 760, "height": 340})
        return chart
