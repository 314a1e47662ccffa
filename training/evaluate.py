"""Measure a model as it is served: `python -m training.evaluate --model models/NAME`."""

import argparse
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from inference.emotion import EmotionModel
from inference.runtimes import DETECTORS, load_detector
from inference.runtimes.on_tensorflow import TensorFlow
from training.crops import crop_scores
from training.datasets import SPLITS, Faces, majority, read_fer2013, read_votes
from training.metrics import Scores, score
from training.report import Evaluation, write_report

DEFAULT_DATA: Final = Path("../shared/data/fer2013_test.zip")
VOTES_FILE: Final = "fer2013new.csv"
CHUNK: Final = 256


@dataclass(frozen=True, slots=True)
class FerPlus:
    """Agreement with the FER+ majority over the seven emotions.

    accuracy: 0 to 1, None where no face has a majority. n: the faces that have one.
    """

    accuracy: float | None
    n: int


def predict(model: EmotionModel, faces: Faces) -> NDArray[np.float32]:
    """The served model's (N, 7) probabilities, each face given to it once, as it is.

    faces: images of the model's size. Raises ValueError where the size differs.
    """
    if faces.images.shape[1] != model.size:
        raise ValueError(
            f"{model.name} takes faces of {model.size} pixels, got {faces.images.shape[1]}"
        )
    with tqdm(total=len(faces), desc=model.name, unit="face", disable=None) as bar:
        chunks = []
        for start in range(0, len(faces), CHUNK):
            chunks.append(model.predict(faces.images[start : start + CHUNK]))
            bar.update(len(chunks[-1]))
    return np.concatenate(chunks)


def evaluate(model: EmotionModel, faces: Faces) -> Scores:
    """Scores of the served model, with nothing averaged around it; raises as predict does."""
    return score(predict(model, faces), faces.labels)


def compare_votes(probabilities: NDArray[np.floating], majorities: NDArray[np.int64]) -> FerPlus:
    """Compare with FER+; a face without votes or with a tie (-1) is left out."""
    known = majorities >= 0
    hits = probabilities.argmax(axis=1)[known] == majorities[known]
    return FerPlus(float(hits.mean()) if known.any() else None, int(known.sum()))


def as_table(scores: Scores, ferplus: FerPlus | None) -> str:
    """Scores in lines for a reader."""
    lines = [
        f"faces                       {scores.n}",
        f"accuracy                    {scores.accuracy:.4f}",
        f"macro F1                    {scores.macro_f1:.4f}",
        f"expected calibration error  {scores.ece:.4f}",
    ]
    if ferplus and ferplus.accuracy is not None:
        lines.append(f"FER+ majority accuracy      {ferplus.accuracy:.4f} of {ferplus.n} faces")
    lines.append("recall")
    for emotion, recall in scores.recall.items():
        value = "no face" if recall is None else f"{recall:.4f}"
        lines.append(f"  {emotion:<25} {value}")
    return "\n".join(lines)


def _majorities(options: argparse.Namespace, faces: Faces) -> NDArray[np.int64] | None:
    """By --votes, or by the votes beside the data; None where there are none."""
    path: Path = options.votes or options.data.parent / VOTES_FILE
    if options.votes is None and not path.is_file():
        return None
    return majority(faces.names, read_votes(path))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a model's folder")
    parser.add_argument(
        "--data", type=Path, default=DEFAULT_DATA, help="a zip archive, a folder or fer2013.csv"
    )
    parser.add_argument("--split", choices=SPLITS, default="PrivateTest")
    parser.add_argument("--votes", type=Path, help=f"FER+; {VOTES_FILE} beside the data by default")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--html", type=Path, help="write a report that opens offline")
    parser.add_argument(
        "--pictures",
        action="store_true",
        help="show the mistaken faces in the report; they are personal data",
    )
    return parser


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        result = _measure(options)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(result)
    return 0


def _measure(options: argparse.Namespace) -> str:
    """What the command prints; writes the report on the way."""
    if options.pictures and not options.html:
        raise ValueError("--pictures belongs to the report: name its file with --html")
    model = TensorFlow().emotion_model(options.model)
    faces = read_fer2013(options.data, options.split, model.size, model.channels)
    probabilities = predict(model, faces)
    scores = score(probabilities, faces.labels)
    majorities = _majorities(options, faces)
    ferplus = None if majorities is None else compare_votes(probabilities, majorities)
    if options.html:
        evaluation = Evaluation(
            title=model.title,
            data=f"{options.split} of {options.data.name}",
            faces=faces,
            probabilities=probabilities,
            temperature=model.manifest.temperature,
            majorities=majorities,
            crops=tuple(
                crop_scores(model, faces, probabilities, load_detector(name, TensorFlow()))
                for name in DETECTORS
            ),
        )
        write_report(options.html, evaluation, pictures=options.pictures)
    if options.json:
        found: dict[str, Any] = {"model": model.name, "split": options.split, **asdict(scores)}
        if ferplus:
            found |= {"ferplus_accuracy": ferplus.accuracy, "ferplus_n": ferplus.n}
        return json.dumps(found)
    return f"{model.title}, {options.split} of {options.data}\n{as_table(scores, ferplus)}"


if __name__ == "__main__":
    sys.exit(main())
