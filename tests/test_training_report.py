import dataclasses
import re

import numpy as np
import pytest

from inference.labels import EMOTIONS
from training.crops import CropScores
from training.datasets import Faces
from training.evaluation import Evaluation
from training.metrics import softmax
from training.report import report


@pytest.fixture
def evaluation() -> Evaluation:
    """Fourteen faces: the first of each emotion right, the second taken for the next one."""
    labels = np.arange(7).repeat(2)
    predicted = np.where(np.arange(14) % 2, (labels + 1) % 7, labels)
    logits = np.eye(7)[predicted] * np.linspace(2, 4, 14)[:, None]
    images = np.full((14, 48, 48, 1), 90, np.uint8)
    names = (*(f"PrivateTest_{row}.png" for row in range(13)), "<script>alert(1)</script>")
    return Evaluation(
        name="ab",
        title="A & B",
        data="PrivateTest of fer2013_test.zip",
        faces=Faces(images, labels, names),
        probabilities=softmax(logits, 1.5).astype(np.float32),
        temperature=1.5,
        majorities=np.where(np.arange(14) < 4, labels, -1),
        crops=(CropScores("haar", 14, 0, None, None), CropScores("yunet", 14, 10, 0.5, 0.6)),
    )


def without_script(page: str) -> str:
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_the_file_carries_plotly_and_loads_nothing(evaluation: Evaluation) -> None:
    page = report(evaluation, pictures=False)
    assert "plotly.js v" in page[:20_000]
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)


def test_every_chart_has_its_data(evaluation: Evaluation) -> None:
    page = report(evaluation, pictures=False)
    for name in ("confusion", "classes", "calibration"):
        assert page.count(f'Plotly.newPlot(                        "chart-{name}"') == 1
    assert "before temperature scaling" in page
    assert "after temperature scaling" in page


def test_figures_stand_in_tables_with_their_counts(evaluation: Evaluation) -> None:
    page = without_script(report(evaluation, pictures=False))
    assert "<td>Accuracy by the data's labels</td><td>50.0%</td><td>14</td>" in page
    assert "<td>Accuracy by FER+'s majority</td><td>50.0%</td><td>4</td>" in page
    assert "<td>The data's own labels by FER+'s majority</td><td>100.0%</td><td>4</td>" in page
    assert "<td>haar</td><td>0 of 14</td><td>none</td><td>none</td>" in page
    assert "<td>yunet</td><td>10 of 14</td><td>50.0%</td><td>60.0%</td>" in page
    for emotion in EMOTIONS:
        assert f"<td>{emotion}</td><td>50.0%</td><td>50.0%</td><td>2</td>" in page


def test_mistakes_are_named_the_surest_first(evaluation: Evaluation) -> None:
    page = without_script(report(evaluation, pictures=False))
    found = re.findall(r"<td>PrivateTest_(\d+)\.png</td>", page)
    assert [int(row) for row in found] == [11, 9, 7, 5, 3, 1]


def test_words_from_outside_are_escaped(evaluation: Evaluation) -> None:
    page = report(evaluation, pictures=False)
    assert "<title>A &amp; B: evaluation</title>" in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_says_what_the_figures_are_not(evaluation: Evaluation) -> None:
    assert "never a grade" in report(evaluation, pictures=False)


def test_faces_are_shown_only_when_asked_for(evaluation: Evaluation) -> None:
    assert "<img" not in without_script(report(evaluation, pictures=False))
    assert without_script(report(evaluation, pictures=True)).count("<img") == 7


def test_without_votes_ferplus_is_not_mentioned_in_the_table(evaluation: Evaluation) -> None:
    page = report(dataclasses.replace(evaluation, majorities=None), pictures=False)
    assert "by FER+'s majority" not in page
