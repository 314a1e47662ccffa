"""The evaluation as one HTML file that opens offline, plotly.js and all."""

import base64
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.labels import EMOTIONS
from training.crops import FRAME, CropScores
from training.evaluation import Evaluation
from training.metrics import (
    confusion_matrix,
    expected_calibration_error,
    precision_and_recall,
    untempered,
)
from training.page import page, percent, table
from training.report_charts import calibration_chart, classes_chart, confusion_chart
from training.report_robustness import robustness_section

TEMPLATE: Final = Path(__file__).parent / "report.html"
MISTAKES: Final = 24


def write_report(path: Path, evaluation: Evaluation, *, pictures: bool) -> None:
    """Write the report. pictures: show the mistaken faces, which are personal data."""
    path.write_text(report(evaluation, pictures=pictures), encoding="utf-8")


def report(evaluation: Evaluation, *, pictures: bool) -> str:
    """The whole file as text; every word from outside is escaped."""
    labels = evaluation.faces.labels
    served = evaluation.probabilities
    raw = untempered(served, evaluation.temperature)
    confusion = confusion_matrix(served.argmax(axis=1), labels)
    body = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(evaluation.title),
        data=escape(evaluation.data),
        created=datetime.now(UTC).date().isoformat(),
        temperature=f"{evaluation.temperature:.3f}",
        frame=f"{FRAME[0]} x {FRAME[1]}",
        summary=_summary(evaluation, raw),
        confusion=confusion_chart(confusion),
        classes=_classes(confusion),
        classes_chart=classes_chart(confusion),
        calibration=calibration_chart(raw, served, labels),
        robustness=robustness_section([evaluation]),
        crops=_crops(evaluation.crops),
        mistakes=_mistakes(evaluation, pictures),
    )
    return page(f"{evaluation.title}: evaluation", body)


def _summary(evaluation: Evaluation, raw: NDArray[np.float64]) -> str:
    labels = evaluation.faces.labels
    scores = evaluation.scores
    before = expected_calibration_error(raw, labels)
    rows = [
        ["Accuracy by the data's labels", percent(scores.accuracy), f"{scores.n:,}"],
        *_ferplus_rows(evaluation),
        ["Balanced accuracy", percent(scores.balanced_accuracy), f"{scores.n:,}"],
        ["Macro F1", f"{scores.macro_f1:.3f}", f"{scores.n:,}"],
        ["Expected calibration error, served", f"{scores.ece:.3f}", f"{scores.n:,}"],
        ["... before temperature scaling", f"{before:.3f}", f"{scores.n:,}"],
    ]
    return table(["Measure", "Value", "Faces"], rows)


def _ferplus_rows(evaluation: Evaluation) -> list[list[str]]:
    if evaluation.majorities is None:
        return []
    known = evaluation.majorities >= 0
    majorities = evaluation.majorities[known]
    predicted = evaluation.probabilities.argmax(axis=1)[known]
    labels = evaluation.faces.labels[known]
    return [
        [title, percent(float((given == majorities).mean()) if known.any() else None), f"{n:,}"]
        for n in [int(known.sum())]
        for title, given in (
            ("Accuracy by FER+'s majority", predicted),
            ("The data's own labels by FER+'s majority", labels),
        )
    ]


def _classes(confusion: NDArray[np.int64]) -> str:
    precision, recall = precision_and_recall(confusion)
    rows = [
        [emotion, percent(precision[i]), percent(recall[i]), f"{confusion[i].sum():,}"]
        for i, emotion in enumerate(EMOTIONS)
    ]
    return table(["Emotion", "Precision", "Recall", "Faces"], rows)


def _crops(crops: tuple[CropScores, ...]) -> str:
    rows = [
        [
            crop.detector,
            f"{crop.found:,} of {crop.tried:,}",
            percent(crop.accuracy),
            percent(crop.own_accuracy),
        ]
        for crop in crops
    ]
    return table(["Detector", "Found", "Accuracy in its crop", "In the data's own crop"], rows)


def _mistakes(evaluation: Evaluation, pictures: bool) -> str:
    """The wrong ones with the highest confidence, by name; with their pictures if asked for."""
    labels = evaluation.faces.labels
    predicted = evaluation.probabilities.argmax(axis=1)
    confidence = evaluation.probabilities.max(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-confidence[wrong], kind="stable")][:MISTAKES]
    rows = [
        [
            escape(evaluation.faces.names[row]),
            EMOTIONS[labels[row]],
            EMOTIONS[predicted[row]],
            percent(float(confidence[row])),
            *([_picture(evaluation.faces.images[row])] if pictures else []),
        ]
        for row in worst
    ]
    header = ["Picture", "The data's label", "The model's", "Its confidence"]
    return table([*header, "Face"] if pictures else header, rows)


def _picture(face: NDArray[np.uint8]) -> str:
    encoded, data = cv2.imencode(".png", face)
    if not encoded:
        raise ValueError(f"a face of shape {face.shape} cannot be stored as a picture")
    text = base64.b64encode(data.tobytes()).decode()
    return f'<img alt="the face" src="data:image/png;base64,{text}">'
