"""The Plotly figures of a course, by session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from sessions.reports.charts.figures import (
    SHARE_AXIS,
    Chart,
    Figure,
    axis_title,
    layout,
    level_axis,
    level_lines,
    plotly_text,
    rounded,
)
from sessions.reports.charts.levels import NAMES
from sessions.reports.course import CourseReport, CourseSession, Slot
from sessions.reports.facts import percent
from sessions.reports.intervals import Interval
from sessions.reports.levels import LEVELS
from sessions.site.palette import (
    ATTENDANCE_COLOUR,
    COVERAGE_COLOUR,
    ENGAGEMENT_COLOUR,
    LEVEL_COLOURS,
)

SESSIONS_AXIS: Final = {
    "type": "category",
    "title": axis_title("session, numbered as in the table"),
    "nticks": 20,
    "automargin": True,
}


def course_charts(report: CourseReport) -> list[Chart]:
    """By session, then by weekday and hour; none without a session."""
    if not report.sessions:
        return []
    charts = [_presence(report)]
    if report.with_emotion:
        charts = [_engagement(report), _levels(report), *charts]
        charts.append(_slots("weekday", "By weekday", report.by_weekday, report.definition))
        charts.append(_slots("hour", "By hour of the beginning", report.by_hour, report.definition))
    return charts


def _engagement(report: CourseReport) -> Chart:
    """One line for each definition: they are not compared."""
    traces = []
    for definition in report.definitions:
        own = [
            (number, one)
            for number, one in enumerate(report.sessions, 1)
            if one.definition == definition
        ]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": f"Engagement by {definition}",
                "x": [str(number) for number, _ in own],
                "y": [rounded(one.engagement) for _, one in own],
                "error_y": _errors([one.interval for _, one in own]),
                "customdata": [_told(one) for _, one in own],
                "line": {"color": ENGAGEMENT_COLOUR, "width": 2},
                "marker": {"size": 7, "symbol": "circle" if definition != "index-1" else "square"},
                "hovertemplate": "%{x}. %{customdata[0]}<br>engagement %{y:.2f}, "
                "%{customdata[1]} seen, coverage %{customdata[2]}<extra></extra>",
            }
        )
    frame = layout(
        320,
        xaxis=_axis(report),
        yaxis=level_axis(report.definitions),
        shapes=level_lines(report.definitions),
        showlegend=len(traces) > 1,
    )
    caption = (
        f"By {' and '.join(report.definitions)}: mean over the students of whom enough was seen, "
        "with its 95 % interval over students. "
        f"{_covered(report.sessions)}"
    )
    return Chart("engagement", "Engagement by session", caption, {"data": traces, "layout": frame})


def _levels(report: CourseReport) -> Chart:
    numbers = _numbers(report)
    kinds = [
        *(
            (level, NAMES[level], [one.levels[level] for one in report.sessions])
            for level in LEVELS
        ),
        ("little", "Too little seen", [one.little for one in report.sessions]),
    ]
    data = [
        {
            "type": "bar",
            "name": name,
            "x": numbers,
            "y": counts,
            "marker": {"color": LEVEL_COLOURS[kind], "line": {"width": 0}},
            "customdata": [_told(one) for one in report.sessions],
            "hovertemplate": f"%{{x}}. %{{customdata[0]}}<br>%{{y}} {name.lower()}<extra></extra>",
        }
        for kind, name, counts in kinds
    ]
    frame = layout(
        320,
        xaxis=_axis(report),
        yaxis={"title": axis_title("students", 10), "rangemode": "tozero", "automargin": True},
        barmode="stack",
        bargap=0.15,
        showlegend=True,
    )
    frame["legend"] = frame["legend"] | {"traceorder": "normal"}
    caption = (
        "Students by the level of their mean in the session, by "
        f"{' and '.join(report.definitions)}. {_covered(report.sessions)}"
    )
    return Chart("levels", "Levels by session", caption, {"data": data, "layout": frame})


def _presence(report: CourseReport) -> Chart:
    shares: list[tuple[str, str, list[float | None], Figure]] = [
        ("Coverage", COVERAGE_COLOUR, [one.coverage for one in report.sessions], {}),
        (
            "Attendance",
            ATTENDANCE_COLOUR,
            [one.attendance.value if one.attendance else None for one in report.sessions],
            {"error_y": _errors([one.attendance for one in report.sessions])},
        ),
    ]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": _numbers(report),
            "y": [rounded(value) for value in values],
            "customdata": [_told(one) for one in report.sessions],
            "line": {"color": colour, "width": 2, "dash": "dot" if name == "Coverage" else "solid"},
            "marker": {"size": 7},
            "hovertemplate": "%{x}. %{customdata[0]}<br>"
            f"{name.lower()} %{{y:.0%}}<extra></extra>",
            **more,
        }
        for name, colour, values, more in shares
    ]
    frame = layout(300, xaxis=_axis(report), yaxis=SHARE_AXIS, showlegend=True)
    caption = (
        "Coverage: samples with a face of those expected. Attendance: of the list, with its 95 % "
        "interval."
    )
    return Chart(
        "presence", "Coverage and attendance by session", caption, {"data": traces, "layout": frame}
    )


def _slots(key: str, title: str, slots: Sequence[Slot], definition: str) -> Chart:
    trace = {
        "type": "bar",
        "x": [one.label for one in slots],
        "y": [rounded(one.engagement) for one in slots],
        "text": [f"{one.sessions} session{'' if one.sessions == 1 else 's'}" for one in slots],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": ENGAGEMENT_COLOUR},
        "hovertemplate": "%{x}: engagement %{y:.2f}, %{text}<extra></extra>",
    }
    frame = layout(300, xaxis={"type": "category"}, yaxis=level_axis((definition,)))
    frame["margin"] = frame["margin"] | {"t": 30}
    caption = (
        f"Mean of the sessions by {definition}; too few to say, where there are fewer than three."
    )
    return Chart(key, title, caption, {"data": [trace], "layout": frame}, is_wide=False)


def _told(one: CourseSession) -> list[str]:
    day = timezone.localtime(one.started_at)
    return [f"{plotly_text(one.title)}, {day:%-d %b}", str(one.seen), percent(one.coverage)]


def _covered(sessions: Sequence[CourseSession]) -> str:
    known = [one.coverage for one in sessions if one.coverage is not None]
    return f"Coverage {percent(min(known))} to {percent(max(known))}." if known else "No coverage."


def _numbers(report: CourseReport) -> list[str]:
    return [str(number) for number in range(1, len(report.sessions) + 1)]


def _axis(report: CourseReport) -> Figure:
    """All sessions in order, those without a value too."""
    return SESSIONS_AXIS | {"categoryorder": "array", "categoryarray": _numbers(report)}


def _errors(intervals: Sequence[Interval | None]) -> Figure:
    return {
        "type": "data",
        "symmetric": False,
        "array": [rounded(one.high - one.value) if one else None for one in intervals],
        "arrayminus": [rounded(one.value - one.low) if one else None for one in intervals],
        "thickness": 1,
        "width": 0,
    }
