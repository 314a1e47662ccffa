"""The evaluation report's charts, as HTML that needs plotly.js on its page."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from training.metrics import precision_and_recall, reliability
from training.page import BLUE, GREY, ORANGE, chart


def confusion_chart(confusion: NDArray[np.int64], name: str = "confusion") -> str:
    """(7, 7) counts as a heat map: the share of each true emotion, with the counts."""
    totals = np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    heat = {
        "type": "heatmap",
        "x": list(EMOTIONS),
        "y": list(EMOTIONS),
        "z": (confusion / totals).tolist(),
        "text": confusion.tolist(),
        "texttemplate": "%{z:.0%}",
        "hovertemplate": "%{y} taken for %{x}: %{text} faces, %{z:.1%}<extra></extra>",
        "colorscale": "Blues",
        "zmin": 0,
        "zmax": 1,
        "showscale": False,
    }
    return chart(
        [heat],
        {
            "xaxis": {"title": {"text": "the model's emotion"}},
            "yaxis": {"title": {"text": "the data's emotion"}, "autorange": "reversed"},
            "height": 520,
        },
        name,
    )


def classes_chart(confusion: NDArray[np.int64]) -> str:
    """Precision and recall of each emotion as bars; none where they do not exist."""
    precision, recall = precision_and_recall(confusion)
    bars = [
        {
            "type": "bar",
            "name": name,
            "x": list(EMOTIONS),
            "y": values,
            "marker": {"color": colour},
            "hovertemplate": "%{x}: %{y:.1%}",
        }
        for name, values, colour in (("precision", precision, BLUE), ("recall", recall, ORANGE))
    ]
    return chart(bars, {"yaxis": {"range": [0, 1], "tickformat": ".0%"}, "height": 380}, "classes")


def calibration_chart(
    before: NDArray[np.floating], after: NDArray[np.floating], labels: NDArray[np.integer]
) -> str:
    """Reliability diagram of (N, 7) probabilities before and after temperature scaling."""
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": "as right as sure",
            "x": [0, 1],
            "y": [0, 1],
            "line": {"color": GREY, "dash": "dot"},
            "hoverinfo": "skip",
        }
    ]
    for name, probabilities, colour in (("before", before, ORANGE), ("after", after, BLUE)):
        found = reliability(probabilities, labels)
        filled = found.count > 0
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": f"{name} temperature scaling",
                "x": found.confidence[filled].tolist(),
                "y": found.accuracy[filled].tolist(),
                "customdata": found.count[filled].tolist(),
                "line": {"color": colour},
                "hovertemplate": "sure %{x:.0%}, right %{y:.0%} (%{customdata} faces)",
            }
        )
    share = {"range": [0, 1], "tickformat": ".0%"}
    return chart(
        traces,
        {
            "xaxis": {"title": {"text": "confidence"}, **share},
            "yaxis": {"title": {"text": "accuracy"}, **share},
            "height": 460,
        },
        "calibration",
    )
