"""The Plotly figures of engagement and coverage over a lesson, of a class or of one student."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sessions.models import Marker
from sessions.reports.buckets import Bucket
from sessions.reports.charts.figures import (
    SHARE_AXIS,
    Figure,
    axis_title,
    layout,
    level_axis,
    level_lines,
    rounded,
    time_axis,
    with_markers,
)
from sessions.reports.facts import clock, percent
from sessions.reports.session import Provenance
from sessions.reports.window import Window
from sessions.site.palette import (
    COVERAGE_COLOUR,
    ENGAGEMENT_COLOUR,
    EXPRESSION_COLOUR,
    FACING_COLOUR,
)


class Timeline(Protocol):
    """What these figures are made of; see sessions.reports.session.SessionReport."""

    @property
    def window(self) -> Window: ...
    @property
    def provenance(self) -> Provenance: ...
    @property
    def bucket_s(self) -> int: ...
    @property
    def buckets(self) -> Sequence[Bucket]: ...
    @property
    def markers(self) -> Sequence[Marker]: ...


def midpoints(report: Timeline) -> list[float]:
    """Of the buckets, in minutes."""
    return [round((bucket.start_s + report.bucket_s / 2) / 60, 4) for bucket in report.buckets]


def _coverage_trace(report: Timeline, **fields: Any) -> Figure:
    # Bars without gaps: an area would be filled across stretches that nobody was connected in.
    return {
        "type": "bar",
        "name": "Coverage",
        "x": midpoints(report),
        "y": [bucket.coverage for bucket in report.buckets],
        "width": report.bucket_s / 60,
        "customdata": [
            [clock(bucket.start_s), bucket.usable, round(bucket.expected)]
            for bucket in report.buckets
        ],
        "marker": {"color": COVERAGE_COLOUR, "line": {"width": 0}},
        "hovertemplate": "%{customdata[0]}: coverage %{y:.0%}"
        " (%{customdata[1]} of %{customdata[2]} samples)<extra></extra>",
        **fields,
    }


def _line(report: Timeline, name: str, values: Sequence[float | None], **style: Any) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": midpoints(report),
        "y": [rounded(value) for value in values],
        "customdata": [
            [clock(bucket.start_s), percent(bucket.coverage)] for bucket in report.buckets
        ],
        "connectgaps": False,
        "line": style,
        "marker": {"size": 3},
        "hovertemplate": f"%{{customdata[0]}}: {name.lower()} %{{y:.2f}},"
        " coverage %{customdata[1]}<extra></extra>",
    }


def engagement_over_time(report: Timeline) -> Figure:
    """Engagement and the two lines that it is made of, above their coverage."""
    buckets, definitions = report.buckets, report.provenance.definitions
    lines = [
        _line(
            report, "Engagement", [one.engagement for one in buckets],
            color=ENGAGEMENT_COLOUR, width=2.5,
        ),
        _line(
            report, "Expression", [one.expression for one in buckets],
            color=EXPRESSION_COLOUR, width=1.2, dash="dot",
        ),
    ]  # fmt: skip
    if any(one.facing is not None for one in buckets):
        facing = [one.facing for one in buckets]
        lines.append(_line(report, "Facing", facing, color=FACING_COLOUR, width=1.2, dash="dash"))
    frame = layout(
        380,
        xaxis=time_axis(report.window, anchor="y2"),
        yaxis=level_axis(report.provenance.definitions)
        | {"domain": [0.34, 1], "title": axis_title("engagement", 10)},
        yaxis2=SHARE_AXIS
        | {
            "domain": [0, 0.22],
            "title": axis_title("coverage", 10),
            "tickvals": [0, 0.5, 1],
        },
        shapes=level_lines(definitions),
        showlegend=True,
    )
    frame["margin"] = frame["margin"] | {"l": 76}
    data = [*lines, _coverage_trace(report, yaxis="y2")]
    return {"data": data, "layout": with_markers(frame, report.markers)}


def coverage_over_time(report: Timeline) -> Figure:
    """Of presence only."""
    frame = layout(300, xaxis=time_axis(report.window), yaxis=SHARE_AXIS)
    return {"data": [_coverage_trace(report)], "layout": with_markers(frame, report.markers)}
