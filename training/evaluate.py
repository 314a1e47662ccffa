"""Measure a model as it is served: `python -m training.evaluate --model models/NAME`."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Final

import numpy as np
from tqdm import tqdm

from inference.emotion import EmotionModel
from training.datasets import SPLITS, Faces, read_fer2013
from training.metrics import Scores, score

DEFAULT_DATA: Final = Path("../shared/data/fer2013_test.zip")
CHUNK: Final = 256


def evaluate(model: EmotionModel, faces: Faces) -> Scores:
    """Scores of the served model, one look at each face as it is (no test-time augmentation).

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
    return score(np.concatenate(chunks), faces.labels)


def as_table(scores: Scores) -> str:
    """Scores in lines for a reader."""
    lines = [
        f"faces                       {scores.n}",
        f"accuracy                    {scores.accuracy:.4f}",
        f"macro F1                    {scores.macro_f1:.4f}",
        f"expected calibration error  {scores.ece:.4f}",
        "recall",
    ]
    for emotion, recall in scores.recall.items():
        value = "no face" if recall is None else f"{recall:.4f}"
        lines.append(f"  {emotion:<25} {value}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="a folder such as models/compact")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="a zip archive or a folder")
    parser.add_argument("--split", choices=SPLITS, default="PrivateTest")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    try:
        model = EmotionModel.load(options.model)
        scores = evaluate(model, read_fer2013(options.data, options.split, model.size))
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps({"model": model.name, "split": options.split, **asdict(scores)}))
    else:
        print(f"{model.title}, {options.split} of {options.data}\n{as_table(scores)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
