"""The Plotly figure of the levels of engagement over time: one student is one step."""

from __future__ import annotations

from sessions.reports.charts.figures import (
    Chart,
    Figure,
    axis_title,
    layout,
    named,
    time_axis,
    with_markers,
)
from sessions.reports.facts import clock, duration, percent
from sessions.reports.levels import LEVELS, Stretch, stretches
from sessions.reports.session import SessionReport
from sessions.site.palette import LEVEL_COLOURS

NAMES = {"very": "Very engaged", "engaged": "Engaged", "not": "Not engaged"}


def levels_chart(report: SessionReport) -> Chart:
    """Students by level, and those of whom too little was seen."""
    caption = (
        f"Students by the level of their mean by {' and '.join(report.provenance.definitions)}, "
        f"one value each {duration(report.cell_s)}. Coverage "
        f"{percent(report.total.coverage)}.{named(report.markers)}"
    )
    return Chart("levels", "Levels over the lesson", caption, _figure(report, stretches(report)))


def _figure(report: SessionReport, made: tuple[Stretch, ...]) -> Figure:
    kinds: list[tuple[str, str, list[int]]] = [
        *((level, NAMES[level], [one.counts[level] for one in made]) for level in LEVELS),
        ("little", "Too little seen", [one.little for one in made]),
    ]
    data = [
        {
            "type": "bar",
            "name": name,
            "x": [round((one.start_s + report.cell_s / 2) / 60, 4) for one in made],
            "y": counts,
            "width": report.cell_s / 60,
            "customdata": [[clock(one.start_s), one.known + one.little] for one in made],
            "marker": {"color": LEVEL_COLOURS[kind], "line": {"width": 0}},
            "hovertemplate": f"%{{customdata[0]}}: %{{y}} of %{{customdata[1]}} {name.lower()}"
            "<extra></extra>",
        }
        for kind, name, counts in kinds
    ]
    frame = layout(
        320,
        xaxis=time_axis(report.window),
        yaxis={"title": axis_title("students", 10), "rangemode": "tozero", "automargin": True},
        barmode="stack",
        bargap=0,
        showlegend=True,
    )
    frame["legend"] = frame["legend"] | {"traceorder": "normal"}
    return {"data": data, "layout": with_markers(frame, report.markers)}
