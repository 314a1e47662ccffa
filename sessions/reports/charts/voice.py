"""The Plotly figure of the signs that students gave."""

from __future__ import annotations

from sessions.models import Signal
from sessions.reports.charts.figures import Chart, Figure, axis_title, layout, time_axis
from sessions.reports.facts import clock
from sessions.reports.voice import VoiceReport
from sessions.reports.window import Window
from sessions.site.palette import SIGN_COLOURS

MINUTE_S = 60


def voice_chart(voice: VoiceReport, window: Window) -> Chart:
    """Signs a minute, by kind."""
    total = sum(len(seconds) for seconds in voice.signs.values())
    caption = f"{total} signs that students gave themselves, by minute. Nobody is named."
    return Chart("signs", "What students signalled", caption, _figure(voice, window))


def _figure(voice: VoiceReport, window: Window) -> Figure:
    minutes = range(window.start_s // MINUTE_S, window.last_s // MINUTE_S + 1)
    data = []
    for kind, label in Signal.Kind.choices:
        own = [second // MINUTE_S for second in voice.signs[kind]]
        counts = [own.count(minute) for minute in minutes]
        if not any(counts):
            continue
        data.append(
            {
                "type": "bar",
                "name": str(label),
                "x": [minute + 0.5 for minute in minutes],
                "y": counts,
                "width": 0.9,
                "customdata": [clock(minute * MINUTE_S) for minute in minutes],
                "marker": {"color": SIGN_COLOURS[kind]},
                "hovertemplate": f"%{{customdata}}: {label} %{{y}}<extra></extra>",
            }
        )
    axis = {"title": axis_title("signs", 10), "rangemode": "tozero", "tickformat": "d"}
    frame = layout(
        260,
        xaxis=time_axis(window),
        yaxis=axis | {"automargin": True},
        barmode="stack",
        showlegend=True,
    )
    return {"data": data, "layout": frame}
