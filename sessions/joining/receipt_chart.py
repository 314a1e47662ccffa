"""The student's own curve, with what the student calls wrong, and what it means in words."""

from __future__ import annotations

from typing import Final

from inference.engagement import INDEX_1, INDEX_2
from sessions.joining.receipt import Receipt
from sessions.reports.charts.figures import Chart, Figure
from sessions.reports.charts.timeline import coverage_over_time, engagement_over_time
from sessions.reports.facts import decimal, duration, percent
from sessions.site.palette import DISPUTED_COLOUR

DEFINED: Final = {
    INDEX_2: "how a face looks, weighted by how much it faced the screen: "
    "very engaged above .65, engaged from .25",
    INDEX_1: "how a face looks, alone: engaged from .2",
}


def receipt_chart(receipt: Receipt) -> Chart | None:
    """Engagement above its coverage, or coverage alone; None where nothing was recorded."""
    if not receipt.has_data:
        return None
    step = f"one value each {duration(receipt.bucket_s)}"
    covered = f"Coverage {percent(receipt.tally.coverage)}: samples with a face of those expected"
    if receipt.with_emotion:
        caption = (
            f"Your mean {decimal(receipt.tally.engagement)}, 0 to 1; {step}, none where your face "
            f"was seen too seldom. {covered}. {defined(receipt)}"
        )
        title, figure = "Your engagement over time", engagement_over_time(receipt)
    else:
        caption = f"{covered} while you were connected; {step}."
        title, figure = "Your coverage over time", coverage_over_time(receipt)
    if receipt.disputes:
        caption += " Shaded: what you called wrong."
    return Chart("own", title, caption, _with_disputes(figure, receipt))


def defined(receipt: Receipt) -> str:
    """What engagement was in this session, as sentences."""
    return " ".join(
        f"Engagement is {name}: {DEFINED[name]}."
        for name in receipt.provenance.definitions
        if name in DEFINED
    )


def _with_disputes(figure: Figure, receipt: Receipt) -> Figure:
    shaded = [
        {
            "type": "rect",
            "x0": one.first_second / 60,
            "x1": one.last_second / 60,
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "fillcolor": DISPUTED_COLOUR,
            "opacity": 0.2,
            "line": {"width": 0},
        }
        for one in receipt.disputes
    ]
    shapes = [*figure["layout"].get("shapes", ()), *shaded]
    return figure | {"layout": figure["layout"] | {"shapes": shapes}}
