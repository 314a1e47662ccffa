import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from training.metrics import (
    confusion_matrix,
    expected_calibration_error,
    fit_bias,
    fit_temperature,
    negative_log_likelihood,
    precision_and_recall,
    reliability,
    score,
    softmax,
    untempered,
)

LOGITS = arrays(np.float64, (20, 7), elements=st.floats(-30, 30))
LABELS = arrays(np.int64, (20,), elements=st.integers(0, 6))


def test_perfect_and_sure_predictions_score_full_marks() -> None:
    labels = np.arange(7).repeat(3)
    scores = score(np.eye(7)[labels], labels)
    assert (scores.accuracy, scores.macro_f1, scores.ece, scores.n) == (1, 1, 0, 21)
    assert scores.recall == dict.fromkeys(EMOTIONS, 1)


def test_scores_of_a_small_known_case() -> None:
    labels = np.array([0, 0, 3, 3])
    predicted = np.array([0, 3, 3, 3])
    scores = score(np.eye(7)[predicted] * 0.9 + 0.1 / 7, labels)
    assert scores.accuracy == 0.75
    assert scores.recall["angry"] == 0.5
    assert scores.recall["happy"] == 1
    assert scores.recall["sad"] is None
    assert scores.balanced_accuracy == 0.75, "emotions without a face do not count"
    assert scores.macro_f1 == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert scores.ece == pytest.approx(abs(0.9 + 0.1 / 7 - 0.75))


def test_in_the_balanced_accuracy_a_rare_emotion_counts_as_much_as_a_common_one() -> None:
    labels = np.array([3] * 99 + [1])
    scores = score(np.eye(7)[np.full(100, 3)], labels)
    assert (scores.accuracy, scores.balanced_accuracy) == (0.99, 0.5)


@given(LOGITS, LABELS)
def test_scores_stay_in_range_and_agree_with_the_confusion_matrix(
    logits: NDArray[np.float64], labels: NDArray[np.int64]
) -> None:
    probabilities = softmax(logits)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    scores = score(probabilities, labels)
    for value in (scores.accuracy, scores.macro_f1, scores.ece):
        assert 0 <= value <= 1
    matrix = confusion_matrix(probabilities.argmax(axis=1), labels)
    assert matrix.sum() == 20
    assert scores.accuracy == matrix.trace() / 20


@given(LOGITS, LABELS, st.randoms(use_true_random=False))
def test_the_order_of_faces_does_not_matter(
    logits: NDArray[np.float64], labels: NDArray[np.int64], random: object
) -> None:
    order = np.array(random.sample(range(20), 20))  # type: ignore[attr-defined]
    probabilities = softmax(logits)
    one, other = score(probabilities, labels), score(probabilities[order], labels[order])
    assert one.accuracy == other.accuracy
    assert one.macro_f1 == pytest.approx(other.macro_f1)
    assert one.ece == pytest.approx(other.ece)


@settings(max_examples=30)
@given(LOGITS, LABELS)
def test_no_other_temperature_is_likelier_than_the_fitted_one(
    logits: NDArray[np.float64], labels: NDArray[np.int64]
) -> None:
    fitted = fit_temperature(logits, labels)
    least = negative_log_likelihood(logits, labels, fitted)
    for temperature in (0.05, 0.3, 1, 3, 20):
        assert least <= negative_log_likelihood(logits, labels, temperature) + 1e-4


def test_the_bias_gives_each_emotion_its_share() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(500, 7)) * 2
    shares = np.array([0.1, 0.02, 0.1, 0.3, 0.28, 0.12, 0.08])
    bias = fit_bias(logits, shares)
    np.testing.assert_allclose(softmax(logits + bias).mean(axis=0), shares, atol=1e-4)
    assert bias.sum() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(fit_bias(logits + bias, shares), 0, atol=1e-3)


def test_an_emotion_that_never_is_gets_a_bias_too() -> None:
    logits = np.random.default_rng(0).normal(size=(100, 7))
    bias = fit_bias(logits, np.array([0, 0, 0, 1.0, 0, 0, 0]))
    assert np.isfinite(bias).all()
    assert (softmax(logits + bias).argmax(axis=1) == 3).all()


def test_the_temperature_undoes_overconfidence() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4000, 7)) * 2
    labels = np.array([rng.choice(7, p=row) for row in softmax(logits)])
    overconfident = logits * 3
    temperature = fit_temperature(overconfident, labels)
    assert temperature == pytest.approx(3, rel=0.1)
    before = expected_calibration_error(softmax(overconfident), labels)
    after = expected_calibration_error(softmax(overconfident, temperature), labels)
    assert after < 0.03 < before


def test_the_error_is_the_gap_of_the_reliability_bins() -> None:
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.2, 0.8]]) @ np.eye(2, 7)
    found = reliability(probabilities, np.array([0, 1, 1]), bins=10)
    np.testing.assert_array_equal(found.count, [0] * 7 + [1, 2, 0])
    np.testing.assert_allclose(found.confidence[7:9], [0.8, 0.9])
    np.testing.assert_allclose(found.accuracy[7:9], [1, 0.5])
    error = expected_calibration_error(probabilities, np.array([0, 1, 1]), bins=10)
    assert error == pytest.approx((0.2 + 2 * 0.4) / 3)


@given(LOGITS, st.floats(0.5, 4))
def test_a_temperature_can_be_taken_out_again(
    logits: NDArray[np.float64], temperature: float
) -> None:
    tempered = softmax(logits / 3, temperature)
    np.testing.assert_allclose(untempered(tempered, temperature), softmax(logits / 3), atol=1e-9)


def test_precision_and_recall_of_a_small_known_case() -> None:
    confusion = confusion_matrix(np.array([0, 3, 3, 3]), np.array([0, 0, 3, 4]))
    precision, recall = precision_and_recall(confusion)
    assert precision == [1, None, None, pytest.approx(1 / 3), None, None, None]
    assert recall == [0.5, None, None, 1, 0, None, None]


@pytest.mark.parametrize("shape", [(0, 7), (3, 6), (2, 7)])
def test_rows_that_do_not_fit_the_labels_are_refused(shape: tuple[int, int]) -> None:
    labels = np.zeros(0 if shape[0] == 0 else 3, np.int64)
    with pytest.raises(ValueError, match="expected rows of shape"):
        score(np.zeros(shape), labels)
