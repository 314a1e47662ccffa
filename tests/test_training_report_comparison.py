"""Two models in one page: figures side by side, their difference, and where they part."""

import dataclasses
import re

import numpy as np
import pytest

from inference.labels import EMOTIONS
from training.comparison import compare
from training.corruption import CORRUPTIONS, SEVERITIES
from training.datasets import Faces
from training.evaluation import Evaluation
from training.report import report
from training.report_comparison import comparison_report
from training.robustness import Accuracies, Robustness

LABELS = np.arange(7).repeat(10)


def evaluation(name: str, right: int, majorities: bool = True) -> Evaluation:
    """Ten faces of each emotion, of which the first `right` are recognised."""
    predicted = np.where(np.tile(np.arange(10), 7) < right, LABELS, (LABELS + 1) % 7)
    return Evaluation(
        name=name,
        title=f"The model <{name}>",
        data="PrivateTest of fer2013_test.zip",
        faces=Faces(np.zeros((70, 48, 48, 1), np.uint8), LABELS, ("a.png",) * 70),
        probabilities=np.eye(7, dtype=np.float32)[predicted],
        temperature=1.0,
        majorities=np.where(LABELS < 2, LABELS, -1) if majorities else None,
    )


def robust(one: Evaluation, plain: float) -> Evaluation:
    kinds = {
        kind: {severity: Accuracies(plain - severity / 4, 0.125) for severity in SEVERITIES}
        for kind in CORRUPTIONS
    }
    return dataclasses.replace(one, robustness=Robustness(Accuracies(plain, 0.5), kinds))


def page_of(first: Evaluation, second: Evaluation) -> str:
    comparison = compare(first.probabilities, second.probabilities, LABELS)
    return comparison_report(first, second, comparison)


@pytest.fixture
def page() -> str:
    return page_of(evaluation("a&b", 5), evaluation("c", 8))


def without_script(page: str) -> str:
    return re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL)


def test_figures_stand_side_by_side(page: str) -> None:
    text = without_script(page)
    assert '<th scope="col">a&amp;b</th><th scope="col">c</th>' in text
    assert "<td>Accuracy by the data's labels</td><td>50.0%</td><td>80.0%</td><td>70</td>" in text
    assert "<td>Accuracy by FER+'s majority</td><td>50.0%</td><td>80.0%</td><td>20</td>" in text
    for emotion in EMOTIONS:
        assert f"<td>Recall: {emotion}</td><td>50.0%</td><td>80.0%</td><td>10</td>" in text


def test_the_difference_comes_with_its_interval(page: str) -> None:
    found = re.search(
        r"([+-][\d.]+) points of accuracy, 95 % interval ([+\d.]+) to ([+\d.]+)", page
    )
    assert found
    difference, low, high = map(float, found.groups())
    assert difference == 30.0
    assert 0 < low < 30 < high
    assert "Zero is not within it" in page
    same = page_of(evaluation("a", 5), evaluation("b", 5))
    assert "+0.0 points" in same
    assert "Zero is within it" in same


def test_both_confusion_matrices_are_drawn(page: str) -> None:
    for number in range(2):
        assert page.count(f'Plotly.newPlot(                        "chart-confusion-{number}"') == 1


def test_faces_are_counted_by_who_is_right(page: str) -> None:
    text = without_script(page)
    for emotion in EMOTIONS:
        row = "<td>5</td><td>0</td><td>3</td><td>2</td>"
        assert f"<td>{emotion}</td>{row}" in text
    assert "<td>all</td><td>35</td><td>0</td><td>21</td><td>14</td>" in text


def test_words_from_outside_are_escaped_and_nothing_is_loaded(page: str) -> None:
    assert "<title>a&amp;b and c: comparison</title>" in page
    assert "The model &lt;a&amp;b&gt;" in page
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", page)
    assert "never a grade" in page


def test_corrupted_faces_have_a_table_and_a_chart_for_one_model_and_for_two() -> None:
    first, second = robust(evaluation("a", 5), 0.5), robust(evaluation("c", 8), 0.75)
    two, one = without_script(page_of(first, second)), without_script(report(first, pictures=False))
    assert "<td>none</td><td></td><td>50.0%</td><td>50.0%</td><td>75.0%</td><td>50.0%</td>" in two
    assert (
        "<td>few pixels</td><td>0.5</td><td>37.5%</td><td>12.5%</td><td>62.5%</td><td>12.5%</td>"
    ) in two
    assert "<td>mean</td><td></td><td>31.2%</td><td>12.5%</td>" in one
    assert two.count("<td>1</td>") == len(CORRUPTIONS)
    drawn = page_of(first, second)
    assert 'Plotly.newPlot(                        "chart-robustness"' in drawn
    assert "c, severity 0.5" in drawn


def test_without_votes_and_corrupted_faces_nothing_is_said_of_them() -> None:
    page = page_of(evaluation("a", 5, majorities=False), evaluation("c", 8, majorities=False))
    assert "FER+" not in without_script(page)
    assert "What webcams" not in page
