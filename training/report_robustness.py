"""The part of a report about corrupted faces, for one model or several."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

from training.corruption import SEVERITIES
from training.evaluation import Evaluation
from training.page import BLUE, ORANGE, chart, percent, table
from training.robustness import Accuracies, Robustness

COLOURS: Final = (BLUE, ORANGE)
PATTERNS: Final = dict(zip(SEVERITIES, ("", "/"), strict=True))


def robustness_section(evaluations: Sequence[Evaluation]) -> str:
    """A heading, a chart and a table as HTML; nothing where nothing was measured.

    evaluations: one model or two, all measured or none.
    """
    measured = [(one.name, one.robustness) for one in evaluations if one.robustness]
    if not measured:
        return ""
    return "\n".join(
        (
            "<h2>What webcams and rooms do to it</h2>",
            "<p>The same faces at 48 pixels, each changed in one way at half and at full severity "
            "(after Hendrycks and Dietterich 2019), then brought to the model's size. The mean is "
            "over all changed ones.</p>",
            _chart(measured),
            _table(measured),
        )
    )


def _chart(measured: Sequence[tuple[str, Robustness]]) -> str:
    bars: list[dict[str, Any]] = [
        {
            "type": "bar",
            "name": f"{escape(name)}, severity {severity:g}",
            "x": [_words(kind) for kind in found.kinds],
            "y": [by_severity[severity].accuracy for by_severity in found.kinds.values()],
            "marker": {"color": colour, "pattern": {"shape": PATTERNS[severity]}},
            "hovertemplate": "%{x}: %{y:.1%}",
        }
        for (name, found), colour in zip(measured, COLOURS, strict=False)
        for severity in SEVERITIES
    ]
    lines = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": f"{escape(name)}, plain",
            "x": [_words(kind) for kind in found.kinds],
            "y": [found.plain.accuracy] * len(found.kinds),
            "line": {"color": colour, "dash": "dot"},
            "hovertemplate": "%{y:.1%}",
        }
        for (name, found), colour in zip(measured, COLOURS, strict=False)
    ]
    share = {"title": {"text": "accuracy"}, "range": [0, 1], "tickformat": ".0%"}
    return chart(bars + lines, {"yaxis": share, "height": 420}, "robustness")


def _table(measured: Sequence[tuple[str, Robustness]]) -> str:
    header = ["Change", "Severity"]
    for name, _ in measured:
        header += [f"{escape(name)}: accuracy", "balanced"]
    rows = [["none", "", *_cells([found.plain for _, found in measured])]]
    rows += [
        [
            _words(kind),
            f"{severity:g}",
            *_cells([found.kinds[kind][severity] for _, found in measured]),
        ]
        for kind in measured[0][1].kinds
        for severity in SEVERITIES
    ]
    rows.append(["mean", "", *_cells([found.mean for _, found in measured])])
    return table(header, rows)


def _cells(parts: Sequence[Accuracies]) -> list[str]:
    return [percent(value) for part in parts for value in (part.accuracy, part.balanced_accuracy)]


def _words(kind: str) -> str:
    return kind.replace("_", " ")
