"""The figures behind a chart as a table, for who reads rather than looks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

Cell = str | float | None
NONE: Final = "none"
"""Where a chart has a gap."""


@dataclass(frozen=True, slots=True)
class Table:
    """head: one more than the cells of a row, which begin with what they are of."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table_of(figure: dict[str, Any]) -> Table:
    """Of a figure's traces: a column each, or of a heat map its cells."""
    traces = figure["data"]
    if traces and traces[0]["type"] == "heatmap":
        return _of_heat_map(traces[0])
    names = [_plain(trace.get("name", "Value")) for trace in traces]
    rows: dict[Any, dict[int, Cell]] = {}
    labels: dict[Any, str] = {}
    for column, trace in enumerate(traces):
        keys, values = trace["x"], trace["y"]
        if trace.get("orientation") == "h":
            keys, values = values, keys
        told = trace.get("customdata") or [None] * len(keys)
        for key, value, custom in zip(keys, values, told, strict=False):
            rows.setdefault(key, {})[column] = value
            labels.setdefault(key, _label(key, custom))
    return Table(
        ("", *names),
        tuple(
            (labels[key], *(_text(cells.get(column)) for column in range(len(traces))))
            for key, cells in rows.items()
        ),
    )


def _of_heat_map(trace: dict[str, Any]) -> Table:
    custom = trace["customdata"]
    head = [cell[1] for cell in custom[0]] if custom else []
    return Table(
        ("", *head),
        tuple(
            (_plain(cells[0][0]) if cells else "", *map(_text, values))
            for cells, values in zip(custom, trace["z"], strict=True)
        ),
    )


def _label(key: object, custom: object) -> str:
    """A clock or a title where the chart has one, else the place on its axis."""
    if isinstance(custom, Sequence) and not isinstance(custom, str) and custom:
        first = custom[0]
    else:
        first = custom
    if isinstance(first, str) and first:
        return _plain(f"{key}. {first}" if isinstance(key, str) and key.isdigit() else first)
    return _plain(f"{key:g}" if isinstance(key, float) else str(key))


def _text(value: Cell) -> str:
    if value is None:
        return NONE
    if isinstance(value, float):
        return f"{value:.2f}"
    return _plain(str(value))


def _plain(text: str) -> str:
    """What Plotly shows of it."""
    return unescape(text)
