"""A run's curves as a page that can be watched while it trains: loss, accuracy, learning rate."""

from html import escape
from pathlib import Path
from typing import Any, Final

from plotly.offline import get_plotlyjs

from training.checkpoint import EpochRecord
from training.config import TrainingConfig
from training.page import BLUE, GREY, ORANGE, chart, page, percent, table

CURVES_FILE: Final = "curves.html"
PLOTLY_FILE: Final = "plotly.min.js"
RELOAD_S: Final = 30
ROWS: Final = ((0.72, 1.0), (0.38, 0.66), (0.0, 0.32))
"""Where loss, accuracy and learning rate are, as parts of the height from the bottom."""
TICKS: Final = (1, 5, 10, 50, 100)
"""Epochs from one mark of the axis to the next: the first that gives at most twelve."""


def write_curves(
    folder: Path, config: TrainingConfig, history: list[EpochRecord], *, complete: bool
) -> None:
    """Write curves.html whole, and once plotly.js beside it.

    history: at least one epoch. complete: whether nothing is left to train; until then the page
    loads itself again every 30 seconds.
    """
    script = get_plotlyjs()
    target = folder / PLOTLY_FILE
    if not target.is_file() or target.stat().st_size != len(script.encode()):
        _replace(target, script)
    _replace(folder / CURVES_FILE, curves(config, history, complete=complete))


def curves(config: TrainingConfig, history: list[EpochRecord], *, complete: bool) -> str:
    """The page as text."""
    body = [
        f"<h1>{escape(config.title)}</h1>",
        f"<p>{_state(config, history, complete)}</p>",
        '<p class="note">Training figures are those of changed faces, by the weights as they '
        "were at each batch; PublicTest's are those of its own faces, by the averaged weights. "
        "Targets are blended from labels, votes and what teachers say, so that the two losses "
        "are not on one scale.</p>",
        _chart(config, history),
        _table(history),
    ]
    reload = "" if complete else f'<meta http-equiv="refresh" content="{RELOAD_S}">\n'
    title = f"{config.name}: curves"
    return page(title, "\n".join(body), plotly_file=PLOTLY_FILE, head=reload)


def marks(config: TrainingConfig) -> dict[int, str]:
    """What begins with which epoch, counted from 1: each stage, and training all layers."""
    words: dict[int, list[str]] = {}
    first = 1
    for stage in config.stages:
        words.setdefault(first, []).append(f"{stage.size} px")
        first += stage.epochs
    if config.frozen_epochs:
        words[1].append("head alone")
        words.setdefault(config.frozen_epochs + 1, []).append("all layers")
    return {epoch: ", ".join(given) for epoch, given in words.items()}


def _state(config: TrainingConfig, history: list[EpochRecord], complete: bool) -> str:
    best = max(history, key=lambda record: record.public_accuracy)
    minutes = sum(record.seconds for record in history) / 60
    how_far = (
        f"Complete after {len(history)} epochs"
        if complete
        else f"Epoch {len(history)} of {config.epochs}; this page loads itself again every "
        f"{RELOAD_S} seconds"
    )
    return (
        f"{how_far}. {minutes:.1f} minutes of training. Best PublicTest accuracy "
        f"{percent(best.public_accuracy)}, after epoch {best.epoch}."
    )


def _chart(config: TrainingConfig, history: list[EpochRecord]) -> str:
    traces = [
        _line(history, "loss", "training", BLUE, row=1),
        _line(history, "public_loss", "PublicTest", ORANGE, row=1),
        _line(history, "accuracy", "training", BLUE, row=2),
        _line(history, "public_accuracy", "PublicTest", ORANGE, row=2),
        _line(history, "learning_rate", "learning rate", GREY, row=3),
    ]
    titles = ("loss, nats", "accuracy", "learning rate")
    layout: dict[str, Any] = {
        f"yaxis{row if row > 1 else ''}": {
            "domain": list(ROWS[row - 1]),
            "title": {"text": titles[row - 1]},
            "rangemode": "tozero" if row == 3 else "normal",
            **({"tickformat": ".0%"} if row == 2 else {}),
        }
        for row in (1, 2, 3)
    }
    layout |= {
        "xaxis": {
            "anchor": "y3",
            "title": {"text": "epoch"},
            "range": [0.5, config.epochs + 0.5],
            "tick0": 0,
            "dtick": next((step for step in TICKS if config.epochs <= 12 * step), TICKS[-1]),
        },
        "hovermode": "x unified",
        "height": 760,
        "margin": {"t": 50},
        "legend": {"orientation": "h", "y": 1.05, "yanchor": "bottom"},
        "shapes": [_boundary(epoch) for epoch in marks(config) if epoch > 1],
        "annotations": [_label(epoch, text) for epoch, text in marks(config).items()],
    }
    return chart(traces, layout, "curves")


def _line(
    history: list[EpochRecord], field: str, name: str, colour: str, row: int
) -> dict[str, Any]:
    share = field.endswith("accuracy")
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "legendgroup": name,
        # The two lines of a name are one entry; the first row's stands for both.
        "showlegend": row != 2,
        "x": [record.epoch for record in history],
        "y": [getattr(record, field) for record in history],
        "yaxis": f"y{row if row > 1 else ''}",
        "line": {"color": colour},
        "marker": {"size": 5},
        "hovertemplate": "%{y:.1%}" if share else "%{y:.4g}",
    }


def _boundary(epoch: int) -> dict[str, Any]:
    place = epoch - 0.5
    line = {"color": GREY, "dash": "dot", "width": 1}
    return {
        "type": "line",
        "x0": place,
        "x1": place,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
    }


def _label(epoch: int, text: str) -> dict[str, Any]:
    return {
        "x": epoch - 0.5,
        "y": 1,
        "yref": "paper",
        "text": text,
        "showarrow": False,
        "xanchor": "left",
        "yanchor": "bottom",
    }


def _table(history: list[EpochRecord]) -> str:
    header = [
        "Epoch",
        "Size",
        "Learning rate",
        "Training loss",
        "Accuracy",
        "PublicTest loss",
        "Accuracy",
        "Seconds",
    ]
    rows = [
        [
            str(record.epoch),
            f"{record.size} px",
            f"{record.learning_rate:.2g}",
            f"{record.loss:.4f}",
            percent(record.accuracy),
            f"{record.public_loss:.4f}",
            percent(record.public_accuracy),
            f"{record.seconds:.0f}",
        ]
        for record in history
    ]
    return table(header, rows)


def _replace(path: Path, text: str) -> None:
    """Whole or not at all, for a browser may be reading."""
    temporary = path.with_suffix(".partial")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)
