"""Measures of a classifier over the seven emotions, and the temperature that calibrates it."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS

CALIBRATION_BINS: Final = 15
TEMPERATURES: Final = (0.05, 20.0)
"""The range in which a temperature is looked for."""
NEWTON_STEPS: Final = 100
RAREST: Final = 1e-4
"""The least share of an emotion that a bias is fitted for."""


@dataclass(frozen=True, slots=True)
class Scores:
    """accuracy, macro_f1, ece: 0 to 1. recall: by emotion; None where there was no face."""

    accuracy: float
    macro_f1: float
    ece: float
    recall: dict[str, float | None]
    n: int

    @property
    def balanced_accuracy(self) -> float:
        """The mean recall of the emotions that there were faces of."""
        known = [recall for recall in self.recall.values() if recall is not None]
        return sum(known) / len(known)


def score(probabilities: NDArray[np.floating], labels: NDArray[np.integer]) -> Scores:
    """Measure (N, 7) probabilities against (N,) indices into EMOTIONS.

    Raises ValueError for other shapes, and for no rows at all.
    """
    _check(probabilities, labels)
    confusion = confusion_matrix(probabilities.argmax(axis=1), labels)
    _, recall = precision_and_recall(confusion)
    return Scores(
        accuracy=float(confusion.trace() / len(labels)),
        macro_f1=_macro_f1(confusion),
        ece=expected_calibration_error(probabilities, labels),
        recall=dict(zip(EMOTIONS, recall, strict=True)),
        n=len(labels),
    )


def confusion_matrix(
    predicted: NDArray[np.integer], labels: NDArray[np.integer]
) -> NDArray[np.int64]:
    """(7, 7) counts: one row a true emotion, one column a predicted one."""
    matrix = np.zeros((len(EMOTIONS), len(EMOTIONS)), np.int64)
    np.add.at(matrix, (labels, predicted), 1)
    return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Reliability:
    """How sure and how right a classifier is, in equal bins of its confidence.

    confidence, accuracy: (bins,) means, 0 to 1, 0 in an empty bin. count: (bins,) faces.
    """

    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    count: NDArray[np.int64]


def reliability(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.integer],
    bins: int = CALIBRATION_BINS,
) -> Reliability:
    """Sort (N, 7) probabilities by their largest into bins, and compare with (N,) labels."""
    confidence = probabilities.max(axis=1)
    correct = probabilities.argmax(axis=1) == labels
    bin_of = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    count = np.bincount(bin_of, minlength=bins)
    least_one = np.maximum(count, 1)
    return Reliability(
        confidence=np.bincount(bin_of, weights=confidence, minlength=bins) / least_one,
        accuracy=np.bincount(bin_of, weights=correct, minlength=bins) / least_one,
        count=count,
    )


def expected_calibration_error(
    probabilities: NDArray[np.floating],
    labels: NDArray[np.integer],
    bins: int = CALIBRATION_BINS,
) -> float:
    """Mean distance between confidence and accuracy over equal bins of confidence."""
    found = reliability(probabilities, labels, bins)
    gaps = np.abs(found.confidence - found.accuracy) * found.count
    return float(gaps.sum() / len(labels))


def untempered(probabilities: NDArray[np.floating], temperature: float) -> NDArray[np.float64]:
    """What (N, 7) probabilities would be had the logits not been divided by a temperature."""
    return softmax(np.log(np.maximum(probabilities, 1e-30)), 1 / temperature)


def precision_and_recall(
    confusion: NDArray[np.int64],
) -> tuple[list[float | None], list[float | None]]:
    """For each emotion: how many of those predicted are right, and how many true are found.

    None where nothing was predicted, or nothing was true.
    """
    hits = confusion.diagonal()

    def shares(totals: NDArray[np.int64]) -> list[float | None]:
        return [
            float(hit / total) if total else None for hit, total in zip(hits, totals, strict=True)
        ]

    return shares(confusion.sum(axis=0)), shares(confusion.sum(axis=1))


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """(N, 7) logits to probabilities; a temperature above 1 makes them less sure."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    powers = np.exp(scaled)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def negative_log_likelihood(
    logits: NDArray[np.floating], labels: NDArray[np.integer], temperature: float = 1.0
) -> float:
    """Mean of -ln(probability of the true emotion)."""
    scaled = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    log_total = np.log(np.exp(scaled).sum(axis=1))
    return float((log_total - scaled[np.arange(len(labels)), labels]).mean())


def fit_temperature(logits: NDArray[np.floating], labels: NDArray[np.integer]) -> float:
    """The temperature with the least negative log-likelihood, by golden-section search.

    The likelihood has a single optimum in the temperature, so that no gradient is needed.
    """
    _check(logits, labels)
    ratio = (np.sqrt(5) - 1) / 2
    low, high = np.log(TEMPERATURES)

    def loss(log_temperature: float) -> float:
        return negative_log_likelihood(logits, labels, float(np.exp(log_temperature)))

    while high - low > 1e-5:
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if loss(left) < loss(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def fit_bias(logits: NDArray[np.floating], shares: NDArray[np.floating]) -> NDArray[np.float64]:
    """What to add to (N, 7) logits so that each emotion's mean probability is its share.

    shares: (7,), summing to 1. The (7,) result sums to 0. It is the likeliest bias for targets
    of these shares, found by Newton's method; steps are cut, as a sure classifier curves little.
    """
    wanted = np.maximum(shares, RAREST) / np.maximum(shares, RAREST).sum()
    bias = np.zeros(len(EMOTIONS))
    for _ in range(NEWTON_STEPS):
        probabilities = softmax(logits + bias)
        mean = probabilities.mean(axis=0)
        curvature = np.diag(mean) - probabilities.T @ probabilities / len(logits)
        step = np.linalg.lstsq(curvature, wanted - mean, rcond=1e-9)[0]
        bias += np.clip(step, -1, 1)
    return np.asarray(bias - bias.mean())


def _macro_f1(confusion: NDArray[np.int64]) -> float:
    """The mean F1 over the emotions that are either true or predicted somewhere."""
    hits = confusion.diagonal()
    mentions = confusion.sum(axis=0) + confusion.sum(axis=1)
    present = mentions > 0
    return float((2 * hits[present] / mentions[present]).mean())


def _check(rows: NDArray[np.floating], labels: NDArray[np.integer]) -> None:
    expected = (len(labels), len(EMOTIONS))
    if rows.shape != expected or len(labels) == 0:
        raise ValueError(f"expected rows of shape {expected}, at least one; got {rows.shape}")
