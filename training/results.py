"""What `training.evaluate` prints, as JSON and as lines for a reader."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from training.comparison import Comparison
from training.evaluation import Evaluation
from training.robustness import as_dictionary

Row = tuple[str, Sequence[float | None]]
"""A measure and its value for each model."""


def as_json(evaluation: Evaluation, split: str | None) -> dict[str, Any]:
    """One model's figures. split: FER2013's, where the data has one."""
    scores = evaluation.scores
    found: dict[str, Any] = {"model": evaluation.name, "data": evaluation.data}
    if split:
        found["split"] = split
    found |= asdict(scores) | {"balanced_accuracy": scores.balanced_accuracy}
    if votes := evaluation.ferplus:
        found |= {"ferplus_accuracy": votes.accuracy, "ferplus_n": votes.n}
    if evaluation.robustness:
        found["corrupted"] = as_dictionary(evaluation.robustness)
    return found


def pair_as_json(
    pair: Sequence[Evaluation], comparison: Comparison, split: str | None
) -> dict[str, Any]:
    """Two models' figures and how they differ, in their order."""
    return {
        "models": [as_json(evaluation, split) for evaluation in pair],
        "comparison": asdict(comparison),
    }


def as_text(evaluations: Sequence[Evaluation]) -> str:
    """One column of figures a model."""
    scores = [evaluation.scores for evaluation in evaluations]
    rows: list[Row] = [
        ("faces", [found.n for found in scores]),
        ("accuracy", [found.accuracy for found in scores]),
        ("balanced accuracy", [found.balanced_accuracy for found in scores]),
        ("macro F1", [found.macro_f1 for found in scores]),
        ("expected calibration error", [found.ece for found in scores]),
    ]
    votes = [found for evaluation in evaluations if (found := evaluation.ferplus)]
    if votes:
        rows.append(("FER+ majority accuracy", [found.accuracy for found in votes]))
        rows.append(("FER+ majority faces", [found.n for found in votes]))
    for emotion in scores[0].recall:
        rows.append((f"recall {emotion}", [found.recall[emotion] for found in scores]))
    rows += _robustness_rows(evaluations)
    heads = [f"{'':<32}" + "".join(f" {evaluation.name:>20}" for evaluation in evaluations)]
    return "\n".join([*heads, *(_line(name, values) for name, values in rows)])


def difference_as_text(comparison: Comparison) -> str:
    """The second model less the first."""
    return (
        f"difference in accuracy           {comparison.difference:+.4f} "
        f"(95 % interval {comparison.low:+.4f} to {comparison.high:+.4f})"
    )


def _robustness_rows(
    evaluations: Sequence[Evaluation],
) -> list[Row]:
    measured = [found for evaluation in evaluations if (found := evaluation.robustness)]
    if not measured:
        return []
    return [
        ("at 48 px, plain", [found.plain.accuracy for found in measured]),
        *(
            (f"  {kind} {severity:g}", [found.kinds[kind][severity].accuracy for found in measured])
            for kind, parts in measured[0].kinds.items()
            for severity in parts
        ),
        ("mean of all corrupted", [found.mean.accuracy for found in measured]),
        ("  balanced accuracy", [found.mean.balanced_accuracy for found in measured]),
    ]


def _line(name: str, values: Sequence[float | None]) -> str:
    return f"{name:<32}" + "".join(f" {_cell(value):>20}" for value in values)


def _cell(value: float | None) -> str:
    if value is None:
        return "none"
    return str(value) if isinstance(value, int) else f"{value:.4f}"
