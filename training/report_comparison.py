"""Two models side by side as one HTML file that opens offline."""

from datetime import UTC, datetime
from html import escape
from pathlib import Path

from inference.labels import EMOTIONS
from training.comparison import Comparison, Outcomes
from training.evaluation import Evaluation
from training.metrics import confusion_matrix
from training.page import page, percent, table
from training.report_charts import confusion_chart
from training.report_robustness import robustness_section


def write_comparison(
    path: Path, first: Evaluation, second: Evaluation, comparison: Comparison
) -> None:
    """Write the page. comparison: of the two evaluations, in their order."""
    path.write_text(comparison_report(first, second, comparison), encoding="utf-8")


def comparison_report(first: Evaluation, second: Evaluation, comparison: Comparison) -> str:
    """The whole file as text; every word from outside is escaped."""
    pair = (first, second)
    names = [escape(one.name) for one in pair]
    body = [
        f"<h1>{names[0]} and {names[1]}</h1>",
        f"<p>{escape(first.title)}, and {escape(second.title)}: measured on {escape(first.data)}, "
        f"{datetime.now(UTC).date().isoformat()}, as the site serves a model. Each face is given "
        "to each once, and nothing is averaged around the networks.</p>",
        '<p class="note">Their output is an estimate of what a face shows in one picture. It is '
        "not what a person feels, and it is never a grade.</p>",
        "<h2>Accuracy</h2>",
        _summary(pair, names),
        f"<p>{_difference(names, comparison)}</p>",
        "<h2>Which emotion is taken for which</h2>",
        f'<div class="pair">{"".join(_confusion(one, n) for n, one in enumerate(pair))}</div>',
        "<h2>Which faces one gets right and the other does not</h2>",
        _outcomes(names, comparison.outcomes),
        robustness_section(pair),
    ]
    return page(f"{first.name} and {second.name}: comparison", "\n".join(body))


def _summary(pair: tuple[Evaluation, Evaluation], names: list[str]) -> str:
    scores = [one.scores for one in pair]
    faces = f"{scores[0].n:,}"
    rows = [
        ["Accuracy by the data's labels", *(percent(s.accuracy) for s in scores), faces],
        ["Balanced accuracy", *(percent(s.balanced_accuracy) for s in scores), faces],
        ["Macro F1", *(f"{s.macro_f1:.3f}" for s in scores), faces],
        ["Expected calibration error", *(f"{s.ece:.3f}" for s in scores), faces],
    ]
    votes = [one.ferplus for one in pair]
    if votes[0] and votes[1]:
        accuracies = (percent(found.accuracy) for found in votes if found)
        rows.insert(1, ["Accuracy by FER+'s majority", *accuracies, f"{votes[0].n:,}"])
    rows += [
        [
            f"Recall: {emotion}",
            *(percent(s.recall[emotion]) for s in scores),
            f"{(pair[0].faces.labels == index).sum():,}",
        ]
        for index, emotion in enumerate(EMOTIONS)
    ]
    return table(["Measure", *names, "Faces"], rows)


def _difference(names: list[str], comparison: Comparison) -> str:
    values = (comparison.difference, comparison.low, comparison.high)
    points = [f"{100 * value:+.1f}" for value in values]
    within = "" if comparison.low <= 0 <= comparison.high else " not"
    return (
        f"{names[1]} less {names[0]}: {points[0]} points of accuracy, 95 % interval {points[1]} to "
        f"{points[2]} (bootstrap over the faces, both models judged on each drawn face). Zero "
        f"is{within} within it."
    )


def _confusion(evaluation: Evaluation, number: int) -> str:
    labels = evaluation.faces.labels
    confusion = confusion_matrix(evaluation.probabilities.argmax(axis=1), labels)
    drawn = confusion_chart(confusion, f"confusion-{number}")
    return f"<div><h3>{escape(evaluation.name)}</h3>{drawn}</div>"


def _outcomes(names: list[str], outcomes: dict[str, Outcomes]) -> str:
    counts = {
        emotion: (found.both, found.first_alone, found.second_alone, found.neither)
        for emotion, found in outcomes.items()
    }
    counts["all"] = tuple(sum(column) for column in zip(*counts.values(), strict=True))
    header = ["Emotion", "Both right", f"Only {names[0]}", f"Only {names[1]}", "Neither"]
    return table(header, [[name, *(f"{n:,}" for n in row)] for name, row in counts.items()])
