"""A capacity curve as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from plotly.subplots import make_subplots

from sessions.demo.capacity.figures import P95_MS, Point, most_carried


def write_chart(curve: Sequence[Point], title: str, path: Path) -> None:
    """An HTML page of its own: latency above, frames a second and processors below."""
    students = [point.students for point in curve]
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08)
    for name in ("p50", "p95", "p99"):
        times = [point.rtt_ms[name] for point in curve]
        figure.add_scatter(x=students, y=times, name=f"answer {name}, ms", row=1, col=1)
    delays = [point.dashboard_ms["p95"] for point in curve]
    figure.add_scatter(x=students, y=delays, name="dashboard p95, ms", row=1, col=1)
    figure.add_hline(y=P95_MS, line_dash="dot", row=1, col=1)
    rates = [point.frames_per_second for point in curve]
    figure.add_scatter(x=students, y=rates, name="frames a second", row=2, col=1)
    shed = [point.shed / max(1, point.sent) * 100 for point in curve]
    figure.add_scatter(x=students, y=shed, name="shed, %", row=2, col=1)
    for name, values in (
        ("server", [point.cpu_server * 100 for point in curve]),
        ("generator", [point.cpu_generator * 100 for point in curve]),
    ):
        figure.add_scatter(x=students, y=values, name=f"{name}, % of a core", row=2, col=1)
    figure.update_traces(mode="lines+markers")
    figure.add_vline(x=most_carried(curve), line_dash="dot")
    figure.update_yaxes(type="log", row=1, col=1)
    figure.update_xaxes(title="students at one frame a second", row=2, col=1)
    figure.update_layout(title=title, template="plotly_white", height=700)
    figure.write_html(path, include_plotlyjs="directory")
