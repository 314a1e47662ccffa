"""The evaluation as one HTML file that opens offline, plotly.js and all."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from plotly.offline import get_plotlyjs

from inference.labels import EMOTIONS
from training.crops import FRAME, CropScores
from training.datasets import Faces
from training.metrics import (
    confusion_matrix,
    expected_calibration_error,
    precision_and_recall,
    score,
    untempered,
)
from training.report_charts import calibration_chart, classes_chart, confusion_chart

TEMPLATE: Final = Path(__file__).parent / "report.html"
MISTAKES: Final = 24


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What a report is made of.

    title: the model's. data: in words. faces: N, labelled by FER2013. probabilities: (N, 7)
    as served, with the temperature applied. majorities: (N,) by FER+, -1 where there is
    none; None without votes.
    """

    title: str
    data: str
    faces: Faces
    probabilities: NDArray[np.float32]
    temperature: float
    majorities: NDArray[np.int64] | None
    crops: tuple[CropScores, ...]


def write_report(path: Path, evaluation: Evaluation, *, pictures: bool) -> None:
    """Write the report. pictures: show the mistaken faces, which are personal data."""
    path.write_text(report(evaluation, pictures=pictures), encoding="utf-8")


def report(evaluation: Evaluation, *, pictures: bool) -> str:
    """The whole file as text; every word from outside is escaped."""
    labels = evaluation.faces.labels
    served = evaluation.probabilities
    raw = untempered(served, evaluation.temperature)
    confusion = confusion_matrix(served.argmax(axis=1), labels)
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=escape(evaluation.title),
        data=escape(evaluation.data),
        created=datetime.now(UTC).date().isoformat(),
        plotly=get_plotlyjs(),
        temperature=f"{evaluation.temperature:.3f}",
        frame=f"{FRAME[0]} x {FRAME[1]}",
        summary=_summary(evaluation, raw),
        confusion=confusion_chart(confusion),
        classes=_classes(confusion),
        classes_chart=classes_chart(confusion),
        calibration=calibration_chart(raw, served, labels),
        crops=_crops(evaluation.crops),
        mistakes=_mistakes(evaluation, pictures),
    )


def _summary(evaluation: Evaluation, raw: NDArray[np.float64]) -> str:
    labels = evaluation.faces.labels
    scores = score(evaluation.probabilities, labels)
    before = expected_calibration_error(raw, labels)
    rows = [
        ["Accuracy by FER2013's labels", _percent(scores.accuracy), f"{scores.n:,}"],
        *_ferplus_rows(evaluation),
        ["Macro F1", f"{scores.macro_f1:.3f}", f"{scores.n:,}"],
        ["Expected calibration error, served", f"{scores.ece:.3f}", f"{scores.n:,}"],
        ["... before temperature scaling", f"{before:.3f}", f"{scores.n:,}"],
    ]
    return _table(["Measure", "Value", "Faces"], rows)


def _ferplus_rows(evaluation: Evaluation) -> list[list[str]]:
    if evaluation.majorities is None:
        return []
    known = evaluation.majorities >= 0
    majorities = evaluation.majorities[known]
    predicted = evaluation.probabilities.argmax(axis=1)[known]
    labels = evaluation.faces.labels[known]
    return [
        [title, _percent(float((given == majorities).mean()) if known.any() else None), f"{n:,}"]
        for n in [int(known.sum())]
        for title, given in (
            ("Accuracy by FER+'s majority", predicted),
            ("FER2013's own labels by FER+'s majority", labels),
        )
    ]


def _classes(confusion: NDArray[np.int64]) -> str:
    precision, recall = precision_and_recall(confusion)
    rows = [
        [emotion, _percent(precision[i]), _percent(recall[i]), f"{confusion[i].sum():,}"]
        for i, emotion in enumerate(EMOTIONS)
    ]
    return _table(["Emotion", "Precision", "Recall", "Faces"], rows)


def _crops(crops: tuple[CropScores, ...]) -> str:
    rows = [
        [
            crop.detector,
            f"{crop.found:,} of {crop.tried:,}",
            _percent(crop.accuracy),
            _percent(crop.own_accuracy),
        ]
        for crop in crops
    ]
    return _table(["Detector", "Found", "Accuracy in its crop", "In the data's own crop"], rows)


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
            _percent(float(confidence[row])),
            *([_picture(evaluation.faces.images[row])] if pictures else []),
        ]
        for row in worst
    ]
    header = ["Picture", "FER2013's label", "The model's", "Its confidence"]
    return _table([*header, "Face"] if pictures else header, rows)


def _picture(face: NDArray[np.uint8]) -> str:
    encoded, data = cv2.imencode(".png", face)
    if not encoded:
        raise ValueError(f"a face of shape {face.shape} cannot be stored as a picture")
    text = base64.b64encode(data.tobytes()).decode()
    return f'<img alt="the face" src="data:image/png;base64,{text}">'


def _table(header: list[str], rows: list[list[str]]) -> str:
    """Cells are HTML: what comes from outside has to be escaped before."""
    head = "".join(f'<th scope="col">{cell}</th>' for cell in header)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _percent(value: float | None) -> str:
    return "none" if value is None else f"{value:.1%}"
