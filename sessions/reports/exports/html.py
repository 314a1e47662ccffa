"""One self-contained HTML file that opens offline, with the charts of the report page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from sessions.reports.charts.session import session_charts
from sessions.reports.exports.export import Export
from sessions.reports.facts import facts, note, simulated
from sessions.reports.session import SessionReport
from sessions.reports.summary import summary


def page(report: SessionReport) -> str:
    """The whole file. Names are escaped by the template, also inside the figures' JSON."""
    charts = session_charts(report)
    return render_to_string(
        "reports/export.html",
        {
            "report": report,
            "note": note(report),
            "sentences": summary(report),
            "simulated": simulated(report),
            "facts": facts(report),
            "charts": charts,
            "figures": {chart.key: chart.figure for chart in charts},
            "css": _static("css/tokens.css") + _static("css/site.css") + _static("css/pages.css"),
            "dark_css": _static("css/dark.css"),
            "plotly": _static("vendor/plotly-cartesian.min.js"),
            "script": _static("js/reports/report.js"),
        },
    )


def _static(name: str) -> str:
    found = finders.find(name)
    if not isinstance(found, str):
        raise FileNotFoundError(f"the static file {name} is missing from this installation")
    return Path(found).read_text(encoding="utf-8")


EXPORTS: Final = (
    Export(
        "html", 1, "HTML", "this report in one file, opens offline",
        ".html", "text/html; charset=utf-8", page,
    ),
)  # fmt: skip
