"""The Plotly figures of two sessions, or two groups, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from sessions.reports.charts.figures import (
    Chart,
    Figure,
    axis_title,
    layout,
    level_axis,
    level_lines,
    plotly_text,
    rounded,
)
from sessions.reports.compare import Comparison, Side
from sessions.reports.facts import clock, percent
from sessions.site.palette import ENGAGEMENT_COLOUR, FACING_COLOUR


def comparison_charts(found: Comparison) -> list[Chart]:
    """Both curves since the start, then each pair of segments since its own beginning."""
    if not found.with_emotion:
        return []
    sides = ((found.left, ENGAGEMENT_COLOUR, "solid"), (found.right, FACING_COLOUR, "dash"))
    definitions = sorted({side.session.definition for side, _, _ in sides})
    caption = (
        f"By {' and '.join(definitions)}: mean over students, by minute; no line where too little "
        "was seen. "
        + " ".join(
            f"Coverage of {_name(side)}: {percent(side.whole.coverage)}." for side, _, _ in sides
        )
    )
    charts = [
        Chart(
            "whole",
            "Since the start",
            caption,
            {
                "data": [
                    _curve(side, colour, dash, 0, side.window.end_s) for side, colour, dash in sides
                ],
                "layout": _frame(definitions, 320),
            },
        )
    ]
    for number, pair in enumerate(found.pairs, 1):
        if pair.left is None or pair.right is None:
            continue
        parts = (pair.left, pair.right)
        data = [
            _curve(side, colour, dash, part.start_s, part.end_s)
            for (side, colour, dash), part in zip(sides, parts, strict=True)
        ]
        covered = " and ".join(percent(part.coverage) for part in parts)
        charts.append(
            Chart(
                f"pair-{number}",
                f"Since “{pair.label}”",
                f"Both begin at the marker. Coverage {covered}.",
                {"data": data, "layout": _frame(definitions, 300)},
                is_wide=False,
            )
        )
    return charts


def _curve(side: Side, colour: str, dash: str, start_s: float, end_s: float) -> Figure:
    """From the minute that the segment begins in, minutes since then."""
    own = [one for one in side.buckets if start_s <= one.start_s + side.bucket_s / 2 < end_s]
    return {
        "type": "scatter",
        "mode": "lines",
        "name": _name(side),
        "x": [round((one.start_s + side.bucket_s / 2 - start_s) / 60, 3) for one in own],
        "y": [rounded(one.engagement) for one in own],
        "customdata": [[clock(one.start_s), percent(one.coverage)] for one in own],
        "line": {"color": colour, "width": 2.5, "dash": dash},
        "hovertemplate": f"{_name(side)}, %{{customdata[0]}}: %{{y:.2f}}, coverage "
        "%{customdata[1]}<extra></extra>",
    }


def _name(side: Side) -> str:
    return plotly_text(side.title)


def _frame(definitions: Sequence[str], height: int) -> Figure:
    return layout(
        height,
        xaxis={"title": axis_title("minutes"), "rangemode": "tozero", "automargin": True},
        yaxis=level_axis(definitions),
        shapes=level_lines(definitions),
        showlegend=True,
    )
