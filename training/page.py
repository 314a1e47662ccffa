"""The pages that training and evaluation write: one frame, its tables and its charts."""

from html import escape
from pathlib import Path
from string import Template
from typing import Any, Final

import plotly.io
from plotly.offline import get_plotlyjs

FRAME: Final = Path(__file__).parent / "page.html"
BLUE: Final = "#0b5cad"
ORANGE: Final = "#b45309"
GREY: Final = "#8b949e"
FONT: Final = {"size": 14}


def page(title: str, body: str, *, plotly_file: str = "", head: str = "") -> str:
    """A whole HTML page that loads nothing from elsewhere.

    title: text. body, head: HTML, in which words from outside are escaped. plotly_file: a
    plotly.js beside the page; where it is empty the page has plotly.js in it.
    """
    script = f'<script src="{plotly_file}">' if plotly_file else f"<script>{get_plotlyjs()}"
    return Template(FRAME.read_text(encoding="utf-8")).substitute(
        title=escape(title), head=head, plotly=f"{script}</script>", body=body
    )


def chart(traces: list[dict[str, Any]], layout: dict[str, Any], name: str) -> str:
    """A chart as HTML that needs plotly.js on its page. name: of its own on the page."""
    figure = {
        "data": traces,
        "layout": {
            "font": FONT,
            "margin": {"t": 20},
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
            **layout,
        },
    }
    html = plotly.io.to_html(
        figure,
        config={"displaylogo": False, "responsive": True},
        full_html=False,
        include_plotlyjs=False,
        div_id=f"chart-{name}",
    )
    return f"<figure>{html}</figure>"


def table(header: list[str], rows: list[list[str]]) -> str:
    """Cells are HTML: what comes from outside has to be escaped before."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def percent(value: float | None) -> str:
    """A share as "70.2%"; "none" where there is none."""
    return "none" if value is None else f"{value:.1%}"
