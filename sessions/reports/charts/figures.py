"""What all Plotly figures share. The page, which knows its theme, colours text and grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from inference.engagement import ENGAGED_FROM, INDEX_1_ENGAGED, INDEX_2, VERY_ABOVE
from sessions.models import Marker
from sessions.reports.charts.tables import Table, table_of
from sessions.reports.facts import clock
from sessions.reports.window import Window
from sessions.site.palette import COVERAGE_COLOUR, LOW_TO_HIGH

Figure = dict[str, Any]
NAME_LENGTH: Final = 14
ROW_PX: Final = 26
SHARE_AXIS: Final = {"range": [0, 1], "tickformat": ".0%", "fixedrange": True}
TICK_STEPS_S: Final = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
MOST_TICKS: Final = 11
UNIT_AXIS: Final = {"range": [0, 1.02], "fixedrange": True, "tickvals": [0, 0.25, 0.5, 0.75, 1]}


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure with what stands above it; the caption gives the coverage."""

    key: str
    title: str
    caption: str
    figure: Figure
    is_wide: bool = True

    @property
    def table(self) -> Table:
        """The same figures, for who reads them."""
        return table_of(self.figure)


def layout(height: int, **fields: Any) -> Figure:
    """A plain layout of this height in pixels, with the fields added."""
    base = {
        "height": height,
        "margin": {"l": 46, "r": 14, "t": 12, "b": 44},
        "hovermode": "closest",
        "showlegend": False,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "font": {"size": 14},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
    }
    return base | fields


def axis_title(text: str, standoff: int | None = None) -> Figure:
    """A title in the size of the page; standoff in pixels from the axis' own figures."""
    return {"text": text, "font": {"size": 14}, "standoff": standoff}


def level_axis(definitions: Sequence[str]) -> Figure:
    """An axis of engagement that names where its levels begin; they differ by definition."""
    levels = _levels(definitions)
    ticks = {0: "0", 1: "1"} | {value: f"{text} {value}" for value, text in levels.items()}
    return UNIT_AXIS | {
        "tickvals": list(ticks),
        "ticktext": list(ticks.values()),
        "automargin": True,
    }


def named(markers: Sequence[Marker]) -> str:
    """What the numbers on the charts stand for, as a sentence; empty without markers."""
    told = ", ".join(f"{number} {one.label}" for number, one in enumerate(markers, 1))
    return f" Markers: {told.rstrip('.?!')}." if told else ""


def with_markers(frame: Figure, markers: Sequence[Marker]) -> Figure:
    """The layout of a chart over minutes with a line and a number at each marker."""
    lines = [
        {
            "type": "line",
            "x0": one.second / 60,
            "x1": one.second / 60,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "line": {"color": COVERAGE_COLOUR, "width": 1, "dash": "dot"},
        }
        for one in markers
    ]
    labels = [
        {
            "x": one.second / 60,
            "y": 1,
            "yref": "paper",
            "yanchor": "top",
            "xanchor": "left",
            "showarrow": False,
            "text": str(number),
            "font": {"size": 14},
            "borderpad": 2,
        }
        for number, one in enumerate(markers, 1)
    ]
    return frame | {"shapes": [*frame.get("shapes", ()), *lines], "annotations": labels}


def level_lines(definitions: Sequence[str]) -> list[Figure]:
    """Dotted lines at the engagements that part the levels."""
    return [_level_line(value) for value in _levels(definitions)]


def level_scale(definitions: Sequence[str]) -> list[list[float | str]]:
    """A colour scale from 0 to 1 that steps where a level begins; a ramp where none does."""
    edges = sorted(_levels(definitions)) if definitions else []
    if not edges:
        return [[0.0, LOW_TO_HIGH[0]], [0.5, LOW_TO_HIGH[1]], [1.0, LOW_TO_HIGH[2]]]
    places = [0.0, *(edge for edge in edges for _ in range(2)), 1.0]
    return [[place, LOW_TO_HIGH[number // 2]] for number, place in enumerate(places)]


def _levels(definitions: Sequence[str]) -> dict[float, str]:
    """Where each level begins; none where definitions differ."""
    if tuple(definitions) == (INDEX_2,):
        return {ENGAGED_FROM: "engaged", VERY_ABOVE: "very"}
    return {INDEX_1_ENGAGED: "engaged"} if INDEX_2 not in definitions else {}


def _level_line(value: float) -> Figure:
    return {
        "type": "line",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "y0": value,
        "y1": value,
        "line": {"color": COVERAGE_COLOUR, "width": 1.5, "dash": "dot"},
    }


def name_axis(names: Sequence[str]) -> Figure:
    """An axis of numbers with names as labels, because two students may share a name."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": [short(name) for name in names],
        "range": [len(names) - 0.5, -0.5],
        "automargin": True,
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
    }


def plotly_text(text: str) -> str:
    """A text that Plotly shows as it stands; it would take tags for formatting and links."""
    return escape(text, quote=False)


def short(name: str) -> str:
    """A name that fits beside an axis."""
    return plotly_text(name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…")


def rounded(value: float | None) -> float | None:
    """Four digits are more than a chart shows, and keep the page small."""
    return None if value is None else round(value, 4)


def time_axis(window: Window, **fields: Any) -> Figure:
    """Minutes of a stretch of a session, written as 12:30."""
    length = window.end_s - window.start_s
    step = next((one for one in TICK_STEPS_S if length / one <= MOST_TICKS), TICK_STEPS_S[-1])
    first = -(-int(window.start_s) // step) * step
    ticks = range(first, int(window.end_s) + 1, step)
    return {
        "title": axis_title("time since the start"),
        "range": [window.start_s / 60, window.end_s / 60],
        "tickvals": [second / 60 for second in ticks],
        "ticktext": [clock(second) for second in ticks],
        "zeroline": False,
        "automargin": True,
        **fields,
    }
