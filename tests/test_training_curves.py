"""A run's curves: a page that reloads itself until the training is complete."""

import json
import re
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs

from tests.generated_faces import tiny_config
from training.beginnings import VGGFACE2
from training.checkpoint import EpochRecord
from training.config import Stage, TrainingConfig
from training.curves import CURVES_FILE, PLOTLY_FILE, curves, marks, write_curves

HISTORY = [
    EpochRecord(1, 32, 0.05, 1.9, 0.2, 1.8, 0.25, 60.0),
    EpochRecord(2, 32, 0.1, 1.7, 0.3, 1.6, 0.45, 60.0),
    EpochRecord(3, 48, 0.0, 1.5, 0.4, 1.65, 0.4, 90.0),
]


@pytest.fixture
def config() -> TrainingConfig:
    return tiny_config(title="Tiny & new", stages=(Stage(2, 32), Stage(4, 48, restart=0.05)))


def figure(page: str) -> tuple[list[dict[str, object]], dict[str, object]]:
    """Traces and layout that the page gives to plotly.js."""
    call = page[page.index("Plotly.newPlot(") :]
    decoder = json.JSONDecoder()
    traces, end = decoder.raw_decode(call, call.index("["))
    layout, _ = decoder.raw_decode(call, call.index("{", end))
    return traces, layout


def test_every_figure_of_each_epoch_is_drawn(config: TrainingConfig) -> None:
    traces, _ = figure(curves(config, HISTORY, complete=False))
    drawn = {(trace["name"], trace["yaxis"]): (trace["x"], trace["y"]) for trace in traces}
    assert drawn == {
        ("training", "y"): ([1, 2, 3], [1.9, 1.7, 1.5]),
        ("PublicTest", "y"): ([1, 2, 3], [1.8, 1.6, 1.65]),
        ("training", "y2"): ([1, 2, 3], [0.2, 0.3, 0.4]),
        ("PublicTest", "y2"): ([1, 2, 3], [0.25, 0.45, 0.4]),
        ("learning rate", "y3"): ([1, 2, 3], [0.05, 0.1, 0.0]),
    }


def test_the_same_figures_stand_in_a_table(config: TrainingConfig) -> None:
    page = curves(config, HISTORY, complete=False)
    assert (
        "<tr><td>2</td><td>32 px</td><td>0.1</td><td>1.7000</td><td>30.0%</td><td>1.6000</td>"
        "<td>45.0%</td><td>60</td></tr>" in page
    )
    assert page.count("<tr>") == 1 + len(HISTORY)


def test_it_reloads_itself_until_the_training_is_complete(config: TrainingConfig) -> None:
    running, complete = (curves(config, HISTORY, complete=done) for done in (False, True))
    assert '<meta http-equiv="refresh" content="30">' in running
    assert "Epoch 3 of 6" in running
    assert "refresh" not in complete
    assert "Complete after 3 epochs. 3.5 minutes" in complete
    assert "accuracy 45.0%, after epoch 2" in complete


def test_stages_are_marked_where_they_begin(config: TrainingConfig) -> None:
    _, layout = figure(curves(config, HISTORY, complete=False))
    assert [shape["x0"] for shape in layout["shapes"]] == [2.5]  # type: ignore[attr-defined]
    labels = [(note["x"], note["text"]) for note in layout["annotations"]]  # type: ignore[attr-defined]
    assert labels == [(0.5, "32 px"), (2.5, "48 px")]


def test_frozen_epochs_are_marked() -> None:
    frozen = tiny_config(
        architecture="vggface2_resnet50",
        widths=(),
        blocks=(),
        beginning=VGGFACE2,
        stages=(Stage(epochs=9, size=48),),
        frozen_epochs=3,
        fine_tuning_rate=0.01,
    )
    assert marks(frozen) == {1: "48 px, head alone", 4: "all layers"}


def test_the_page_loads_plotly_from_beside_it_and_nothing_else(config: TrainingConfig) -> None:
    page = curves(config, HISTORY, complete=False)
    assert re.findall(r'(?:src|href)="([^"]*)"', page) == [PLOTLY_FILE]
    assert len(page) < 50_000
    assert "Tiny &amp; new" in page


def test_plotly_is_written_once_and_again_where_it_was_cut(
    config: TrainingConfig, tmp_path: Path
) -> None:
    write_curves(tmp_path, config, HISTORY[:1], complete=False)
    script = tmp_path / PLOTLY_FILE
    assert script.read_text("utf-8") == get_plotlyjs()
    first = script.stat().st_mtime_ns
    write_curves(tmp_path, config, HISTORY, complete=True)
    assert script.stat().st_mtime_ns == first
    assert {path.name for path in tmp_path.iterdir()} == {PLOTLY_FILE, CURVES_FILE}
    assert "Complete" in (tmp_path / CURVES_FILE).read_text("utf-8")
    script.write_text("cut")
    write_curves(tmp_path, config, HISTORY, complete=True)
    assert script.read_text("utf-8") == get_plotlyjs()
