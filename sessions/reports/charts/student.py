"""The Plotly figures of a student's page."""

from __future__ import annotations

from sessions.reports.charts.figures import (
    SHARE_AXIS,
    Chart,
    axis_title,
    layout,
    level_axis,
    level_lines,
    plotly_text,
)
from sessions.reports.facts import TOO_LITTLE, percent
from sessions.reports.student import StudentReport
from sessions.site.palette import ATTENDANCE_COLOUR, COVERAGE_COLOUR, ENGAGEMENT_COLOUR


def student_charts(report: StudentReport) -> list[Chart]:
    """The charts of a student's page, by session."""
    if not report.has_data:
        return []
    rows = report.sessions
    numbers = [str(number) for number in range(1, len(rows) + 1)]
    titles = [plotly_text(row.title) for row in rows]
    axis = {"type": "category", "title": axis_title("session, numbered as in the table")}
    shares = [
        ("Coverage", COVERAGE_COLOUR, [row.tally.coverage for row in rows]),
        ("Attendance", ATTENDANCE_COLOUR, [row.tally.attendance for row in rows]),
    ]
    charts = []
    definitions = sorted({row.definition for row in rows})
    if report.with_emotion:
        trace = {
            "type": "scatter",
            "mode": "lines+markers",
            "name": "Engagement",
            "x": numbers,
            "y": [row.tally.engagement for row in rows],
            "customdata": [
                [title, percent(row.tally.coverage)]
                for title, row in zip(titles, rows, strict=True)
            ],
            "line": {"color": ENGAGEMENT_COLOUR, "width": 2.5},
            "marker": {"size": 9},
            "hovertemplate": "%{x}. %{customdata[0]}<br>engagement %{y:.2f},"
            " coverage %{customdata[1]}<extra></extra>",
        }
        frame = layout(
            300, xaxis=axis, yaxis=level_axis(definitions), shapes=level_lines(definitions)
        )
        charts.append(
            Chart(
                "engagement",
                "Engagement by session",
                f"Mean of each session by {' and '.join(definitions)}; no point where there is "
                f"{TOO_LITTLE}. Coverage stands beside it.",
                {"data": [trace], "layout": frame},
                is_wide=False,
            )
        )
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": numbers,
            "y": values,
            "marker": {"color": colour},
            "customdata": titles,
            "hovertemplate": f"%{{x}}. %{{customdata}}<br>{name.lower()} %{{y:.0%}}<extra></extra>",
        }
        for name, colour, values in shares
    ]
    frame = layout(300, xaxis=axis, yaxis=SHARE_AXIS, barmode="group", showlegend=True)
    caption = "Coverage: samples with a face of those expected. Attendance: time connected."
    charts.append(
        Chart("presence", "Presence by session", caption, {"data": bars, "layout": frame}, False)
    )
    return charts
