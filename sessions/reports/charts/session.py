"""The Plotly figures of a session's report."""

from __future__ import annotations

from inference.labels import EMOTIONS
from sessions.reports.charts.figures import (
    ROW_PX,
    SHARE_AXIS,
    Chart,
    Figure,
    layout,
    level_scale,
    name_axis,
    named,
    plotly_text,
    rounded,
    time_axis,
    with_markers,
)
from sessions.reports.charts.levels import levels_chart
from sessions.reports.charts.room import room_chart
from sessions.reports.charts.timeline import coverage_over_time, engagement_over_time, midpoints
from sessions.reports.charts.voice import voice_chart
from sessions.reports.facts import TOO_LITTLE, clock, decimal, duration, percent
from sessions.reports.session import SessionReport
from sessions.site.palette import (
    ATTENDANCE_COLOUR,
    EMOTION_COLOURS,
)


def session_charts(report: SessionReport) -> list[Chart]:
    """The charts of a session's report; without emotion, of presence only."""
    charts = _student_charts(report) if report.has_data else []
    if any(report.voice.signs.values()):
        charts.append(voice_chart(report.voice, report.window))
    if report.room is not None:
        charts.append(room_chart(report.room, report.window, is_wide=report.has_data))
    return charts


def _student_charts(report: SessionReport) -> list[Chart]:
    covered = f"Coverage {percent(report.total.coverage)}"
    step = f"one value each {duration(report.bucket_s)}"
    blank = TOO_LITTLE if report.with_emotion else "not connected"
    matrix = f"one cell each {duration(report.cell_s)}, blank where {blank}"
    if not report.with_emotion:
        return [
            Chart(
                "coverage",
                "Coverage over time",
                f"{covered}; {step}.{named(report.markers)}",
                coverage_over_time(report),
            ),
            Chart("matrix", "Coverage by student", f"{covered}; {matrix}.", _matrix(report)),
            Chart(
                "attendance",
                "Attendance by student",
                "Share of the session in which each student was connected.",
                _attendance(report),
                is_wide=False,
            ),
        ]
    mean = decimal(report.total.engagement)
    defined = f"By {' and '.join(report.provenance.definitions) or 'no definition'}:"
    return [
        levels_chart(report),
        Chart(
            "engagement",
            "Engagement over time",
            f"{defined} class mean {mean}. {covered}; {step}, none where faces were too few.",
            engagement_over_time(report),
        ),
        Chart(
            "emotions",
            "Emotion over time",
            f"Mean of the model's probabilities. {covered}; {step}.",
            _emotions(report),
        ),
        Chart(
            "mix",
            "Emotion mix",
            f"Share of samples by their most probable emotion. {covered}.",
            _mix(report),
            is_wide=False,
        ),
        Chart(
            "matrix",
            "Engagement by student",
            f"{defined} {covered.lower()}; {matrix}.",
            _matrix(report),
        ),
    ]


def _emotions(report: SessionReport) -> Figure:
    # Bars without gaps look like stacked areas, which would draw over stretches without data.
    times = midpoints(report)
    clocks = [clock(bucket.start_s) for bucket in report.buckets]
    data = [
        {
            "type": "bar",
            "name": name,
            "x": times,
            "y": [
                rounded(bucket.emotions[index]) if bucket.emotions else None
                for bucket in report.buckets
            ],
            "width": report.bucket_s / 60,
            "customdata": clocks,
            "marker": {"color": EMOTION_COLOURS[name], "line": {"width": 0}},
            "hovertemplate": f"%{{customdata}}: {name} %{{y:.0%}}<extra></extra>",
        }
        for index, name in enumerate(EMOTIONS)
    ]
    frame = layout(
        380,
        xaxis=time_axis(report.window),
        yaxis=SHARE_AXIS,
        barmode="stack",
        bargap=0,
        showlegend=True,
    )
    frame["legend"] = frame["legend"] | {"traceorder": "normal"}
    return {"data": data, "layout": with_markers(frame, report.markers)}


def _matrix(report: SessionReport) -> Figure:
    rows = report.students
    what = "engagement" if report.with_emotion else "coverage"
    scale = level_scale(report.provenance.definitions if report.with_emotion else ())
    count = len(rows[0].cells) if rows else 0
    starts = [(report.first_cell + index) * report.cell_s for index in range(count)]
    heat = {
        "type": "heatmap",
        "x": [round((start + report.cell_s / 2) / 60, 4) for start in starts],
        "y": list(range(len(rows))),
        "z": [
            [
                rounded(cell.engagement if report.with_emotion else cell.coverage)
                for cell in row.cells
            ]
            for row in rows
        ],
        "customdata": [
            [
                [plotly_text(row.name), clock(start), percent(cell.coverage)]
                for start, cell in zip(starts, row.cells, strict=True)
            ]
            for row in rows
        ],
        "zmin": 0,
        "zmax": 1,
        "ygap": 2,
        "hoverongaps": False,
        "colorscale": scale,
        "colorbar": {
            "orientation": "h",
            "thickness": 12,
            "y": 1,
            "yanchor": "bottom",
            "x": 0,
            "xanchor": "left",
            "len": 0.6,
            "tickvals": sorted({place for place, _ in scale}),
            "outlinewidth": 0,
        },
        "hovertemplate": "%{customdata[0]}, %{customdata[1]}<br>"
        f"{what} %{{z:.2f}}, coverage %{{customdata[2]}}<extra></extra>",
    }
    frame = layout(
        120 + ROW_PX * len(rows),
        xaxis=time_axis(report.window, showgrid=False, title=None),
        yaxis=name_axis([row.name for row in rows]),
    )
    frame["margin"] = frame["margin"] | {"t": 48}
    return {"data": [heat], "layout": with_markers(frame, report.markers)}


def _mix(report: SessionReport) -> Figure:
    shares = report.total.emotion_shares or (None,) * len(EMOTIONS)
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [rounded(share) for share in shares],
        "y": list(EMOTIONS),
        "marker": {"color": [EMOTION_COLOURS[name] for name in EMOTIONS]},
        "text": ["" if share is None else percent(share) for share in shares],
        "textposition": "outside",
        "cliponaxis": False,
        "customdata": list(report.total.emotion_counts),
        "hovertemplate": "%{y}: %{x:.1%} (%{customdata} samples)<extra></extra>",
    }
    frame = layout(
        320,
        xaxis={"range": [0, 1], "tickformat": ".0%", "fixedrange": True},
        yaxis={"autorange": "reversed", "fixedrange": True},
    )
    frame["margin"] = frame["margin"] | {"l": 76}
    return {"data": [bars], "layout": frame}


def _attendance(report: SessionReport) -> Figure:
    rows = report.students
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [rounded(row.tally.attendance) for row in rows],
        "y": list(range(len(rows))),
        "marker": {"color": ATTENDANCE_COLOUR},
        "customdata": [[plotly_text(row.name), duration(row.tally.attended_s)] for row in rows],
        "hovertemplate": "%{customdata[0]}: %{x:.0%} (%{customdata[1]})<extra></extra>",
    }
    frame = layout(
        100 + ROW_PX * len(rows), xaxis=SHARE_AXIS, yaxis=name_axis([row.name for row in rows])
    )
    return {"data": [bars], "layout": frame}
