"""Measure a model as it is served, or two side by side: `python -m training.evaluate`."""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.emotion import EmotionModel
from inference.runtimes import DETECTORS, load_detector
from inference.runtimes.on_tensorflow import TensorFlow
from training.comparison import compare
from training.crops import crop_scores
from training.datasets import SPLITS, Picture, decode, majority, read_votes
from training.evaluation import Evaluation
from training.measuring import predict
from training.report import write_report
from training.report_comparison import write_comparison
from training.results import as_json, as_text, difference_as_text, pair_as_json
from training.robustness import measure_robustness, stored_faces
from training.testing import KINDS, Part, describe_parts, parts_of, read_parts

DEFAULT_DATA: Final = Path("../shared/data/fer2013_test.zip")
VOTES_FILE: Final = "fer2013new.csv"


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        result = _run(options)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(result)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument(
        "--model",
        type=Path,
        action="append",
        required=True,
        help="a model's folder; given twice, both are measured and compared",
    )
    parser.add_argument(
        "--data",
        type=Path,
        action="append",
        help=f"a data set; given several times, all together; {DEFAULT_DATA} by default",
    )
    parser.add_argument(
        "--kind",
        choices=KINDS,
        action="append",
        default=[],
        help="what --data is: one for all, or one for each in the same order; fer2013 (zip, "
        "folder or fer2013.csv) by default",
    )
    parser.add_argument("--split", choices=SPLITS, help="of FER2013; PrivateTest by default")
    parser.add_argument("--votes", type=Path, help=f"FER+; {VOTES_FILE} beside FER2013 by default")
    parser.add_argument(
        "--corrupted", action="store_true", help="measure on the fixed set of corrupted faces, too"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--html", type=Path, help="write a report that opens offline")
    parser.add_argument(
        "--pictures",
        action="store_true",
        help="show the mistaken faces in the report; they are personal data",
    )
    return parser


def _run(options: argparse.Namespace) -> str:
    """What the command prints; writes the report on the way."""
    _check(options)
    parts = parts_of(options.data or [DEFAULT_DATA], options.kind, options.split)
    # Models first: they are looked at in no time, and data may be large.
    models = [TensorFlow().emotion_model(folder) for folder in options.model]
    pictures = read_parts(parts)
    split = next((part.split for part in parts if part.split), None)
    evaluations = _evaluations(models, parts, pictures, options)
    if len(models) == 1:
        return _single(evaluations[0], split, options)
    return _pair(evaluations, split, options)


def _check(options: argparse.Namespace) -> None:
    if options.pictures and not options.html:
        raise ValueError("--pictures belongs to the report: name its file with --html")
    if len(options.model) > 2:
        raise ValueError(f"{len(options.model)} models: --model is given once or twice")
    if len(options.model) == 2 and options.pictures:
        raise ValueError("--pictures belongs to the report of one model")


def _evaluations(
    models: list[EmotionModel],
    parts: list[Part],
    pictures: list[Picture],
    options: argparse.Namespace,
) -> list[Evaluation]:
    majorities = _majorities(options.votes, parts, pictures)
    stored = stored_faces(pictures) if options.corrupted else None
    with_crops = options.html and len(models) == 1
    names = DETECTORS if with_crops else ()
    detectors = [load_detector(name, TensorFlow()) for name in names]
    # Two models of one name are told apart by their folders.
    alike = len({model.name for model in models}) < len(models)
    evaluations = []
    for model, folder in zip(models, options.model, strict=True):
        faces = decode(pictures, model.size, model.channels)
        probabilities = predict(model, faces)
        evaluations.append(
            Evaluation(
                name=str(folder) if alike else model.name,
                title=model.title,
                data=describe_parts(parts),
                faces=faces,
                probabilities=probabilities,
                temperature=model.manifest.temperature,
                majorities=majorities,
                robustness=measure_robustness(model, stored) if stored else None,
                crops=tuple(
                    crop_scores(model, faces, probabilities, detector) for detector in detectors
                ),
            )
        )
    return evaluations


def _single(evaluation: Evaluation, split: str | None, options: argparse.Namespace) -> str:
    if options.html:
        write_report(options.html, evaluation, pictures=options.pictures)
    if options.json:
        return json.dumps(as_json(evaluation, split))
    return f"{evaluation.title}, {evaluation.data}\n{as_text([evaluation])}"


def _pair(evaluations: list[Evaluation], split: str | None, options: argparse.Namespace) -> str:
    first, second = evaluations
    comparison = compare(first.probabilities, second.probabilities, first.faces.labels)
    if options.html:
        write_comparison(options.html, first, second, comparison)
    if options.json:
        return json.dumps(pair_as_json(evaluations, comparison, split))
    return f"{first.data}\n{as_text(evaluations)}\n{difference_as_text(comparison)}"


def _majorities(
    given: Path | None, parts: list[Part], pictures: list[Picture]
) -> NDArray[np.int64] | None:
    """By --votes, or by the votes beside FER2013; None where there are none."""
    beside = (part.path.parent / VOTES_FILE for part in parts if part.split)
    path = given or next((file for file in beside if file.is_file()), None)
    if path is None:
        return None
    return majority([picture.name for picture in pictures], read_votes(path))


if __name__ == "__main__":
    sys.exit(main())
