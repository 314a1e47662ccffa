"""The Plotly figure of what a room's camera counted."""

from __future__ import annotations

from sessions.reports.charts.figures import (
    SHARE_AXIS,
    Chart,
    Figure,
    axis_title,
    layout,
    rounded,
    time_axis,
)
from sessions.reports.facts import clock, duration, facing, percent
from sessions.reports.room import RoomReport
from sessions.reports.window import Window
from sessions.site.palette import COVERAGE_COLOUR, FACING_COLOUR


def room_chart(room: RoomReport, window: Window, *, is_wide: bool) -> Chart:
    """Faces and the share of them that faces the camera, over the session."""
    made_by = f"Faces found by {', '.join(room.detectors)}"
    told = f" Facing the camera: {facing(room.facing)}." if room.models else ""
    caption = (
        f"Mean {room.faces:.1f} faces.{told} Coverage {percent(room.coverage)} of the expected "
        f"pictures; one value each {duration(room.width_s)}. {made_by}. Of no single face "
        "anything is stored."
    )
    return Chart("room", "Room camera", caption, _figure(room, window), is_wide=is_wide)


def _figure(room: RoomReport, window: Window) -> Figure:
    times = [round((one.start_s + room.width_s / 2) / 60, 4) for one in room.buckets]
    told = [[clock(one.start_s), percent(one.coverage)] for one in room.buckets]
    faces = {
        "type": "bar",
        "name": "Faces",
        "x": times,
        "y": [round(one.faces, 2) for one in room.buckets],
        "width": room.width_s / 60,
        "customdata": told,
        "marker": {"color": COVERAGE_COLOUR, "line": {"width": 0}},
        "hovertemplate": "%{customdata[0]}: %{y:.1f} faces, coverage %{customdata[1]}"
        "<extra></extra>",
    }
    axis = {"title": axis_title("faces", 10), "rangemode": "tozero", "automargin": True}
    if room.facing is None:
        frame = layout(300, xaxis=time_axis(window), yaxis=axis)
        return {"data": [faces], "layout": frame}
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "name": "Facing the camera",
        "x": times,
        "y": [rounded(one.facing) for one in room.buckets],
        "customdata": told,
        "connectgaps": False,
        "line": {"color": FACING_COLOUR, "width": 2},
        "marker": {"size": 3},
        "yaxis": "y2",
        "hovertemplate": "%{customdata[0]}: %{y:.0%} face the camera<extra></extra>",
    }
    frame = layout(
        340,
        xaxis=time_axis(window, anchor="y2"),
        yaxis=axis | {"domain": [0.42, 1]},
        yaxis2=SHARE_AXIS
        | {"domain": [0, 0.3], "title": axis_title("facing", 10), "tickvals": [0, 0.5, 1]},
        showlegend=True,
    )
    return {"data": [faces, line], "layout": frame}
