"""Turn a finished run into the folder that is served: `python -m training.export CONFIG`."""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from string import Template
from types import MappingProxyType
from typing import Any, Final

import keras
import numpy as np

from inference.bench import measure_model
from inference.emotion import EmotionModel, require_tensorflow
from inference.labels import EMOTIONS
from training.backbone import BEGINNINGS
from training.checkpoint import AVERAGED, load_weights, read_history
from training.config import SCRATCH, Data, TrainingConfig, load_config
from training.datasets import Faces, Votes, read_fer2013, read_votes, shares
from training.evaluate import evaluate
from training.metrics import Scores, fit_bias, fit_temperature
from training.network import (
    build_model,
    channels_of,
    look_at,
    predict_logits,
    preprocessing_of,
)
from training.train import DEFAULT_DATA, RUNS

MODELS: Final = Path("models")
FORMAT: Final = 1
CARD_TEMPLATE: Final = Path(__file__).parent / "model_card.md"
DATA_NAMES: Final = {"affectnet": "AffectNet", "fer2013": "FER2013", "folders": "pictures"}
FER2013_ARCHIVE: Final = "FER2013 (28,558 training images, 174 without a face left out)"


def export(
    config: TrainingConfig,
    run: Path,
    validation: Faces,
    testing: Faces,
    folder: Path,
    votes: Votes = MappingProxyType({}),
) -> Path:
    """Write the run's best averaged weights as an artefact; returns its folder.

    On validation (PublicTest) the last layer's bias is fitted to how often its labels and
    votes have each emotion, then the temperature to the labels. Both splits, and the time a face
    takes on this machine, are then measured through the written files, as the site will
    read them. An older artefact of the same name is replaced only when the new one is
    complete. folder: the parent of all models. Raises ModelError where Keras runs on another
    backend than TensorFlow, which serves.
    """
    require_tensorflow(config.name)
    model = build_model(config)
    load_weights(run / AVERAGED, model)
    logits = predict_logits(model, validation.images, look_at(config, config.size))
    bias = fit_bias(logits, shares(validation, votes, config.bias_votes)).astype(np.float32)
    model.get_layer("logits").bias.assign_add(bias)
    logits += bias
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": config.name,
        "title": config.title,
        "architecture": config.architecture,
        "created": datetime.now(UTC).date().isoformat(),
        "labels": list(EMOTIONS),
        "input": {
            "size": config.size,
            "channels": channels_of(config),
            "preprocessing": preprocessing_of(config),
        },
        "temperature": round(fit_temperature(logits, validation.labels), 4),
        "initial_weights": describe_beginning(config),
        "data": describe_data(config.data),
        "parameters": model.count_params(),
        "measured": {},
        "milliseconds_a_face": {},
        "command": describe_command(config),
        "seed": config.seed,
        "training_seconds": round(sum(record.seconds for record in read_history(run))),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as temporary:
        draft = Path(temporary) / config.name
        draft.mkdir()
        manifest["files"] = _write_model(model, draft)
        _write_manifest(draft, manifest)
        served = EmotionModel.load(draft)
        scores = {
            "PublicTest": evaluate(served, validation),
            "PrivateTest": evaluate(served, testing),
        }
        manifest["measured"] = {split: _rounded(values) for split, values in scores.items()}
        manifest["milliseconds_a_face"] = {
            str(size): round(time, 3) for size, time in measure_model(served).items()
        }
        _write_manifest(draft, manifest)
        (draft / "MODEL_CARD.md").write_text(model_card(manifest), encoding="utf-8")
        target = folder / config.name
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    return target


def model_card(manifest: dict[str, Any]) -> str:
    """The model card for a manifest, as Markdown; every figure in it is the manifest's."""
    public, private = (manifest["measured"][split] for split in ("PublicTest", "PrivateTest"))
    recall = "\n".join(
        f"| {emotion} | {value:.1%} |" for emotion, value in private["recall"].items()
    )
    return Template(CARD_TEMPLATE.read_text(encoding="utf-8")).substitute(
        title=manifest["title"],
        name=manifest["name"],
        created=manifest["created"],
        parameters=f"{manifest['parameters']:,}",
        size=manifest["input"]["size"],
        colour="grey" if manifest["input"]["channels"] == 1 else "colour (BGR)",
        preprocessing=manifest["input"]["preprocessing"],
        data=manifest["data"],
        initial_weights=manifest["initial_weights"],
        command=manifest["command"],
        seed=manifest["seed"],
        minutes=round(manifest["training_seconds"] / 60),
        temperature=manifest["temperature"],
        accuracy=f"{private['accuracy']:.1%}",
        macro_f1=f"{private['macro_f1']:.3f}",
        ece=f"{private['ece']:.3f}",
        n=f"{private['n']:,}",
        public_accuracy=f"{public['accuracy']:.1%}",
        public_n=f"{public['n']:,}",
        recall=recall,
    )


def describe_beginning(config: TrainingConfig) -> str:
    """What the training began with, in words, who taught it and what it was averaged with."""
    pretrained = config.initial_weights != SCRATCH
    text = BEGINNINGS[config.initial_weights].title if pretrained else SCRATCH
    if config.teachers:
        text += f", distilled from {' and '.join(config.teachers)}"
    if config.averaged_with:
        text += f", averaged with {' and '.join(config.averaged_with)}"
    return text


def describe_data(data: Data) -> str:
    """The training data in words: the sources, what was taken from them, and the votes."""
    parts = []
    for source in data.training:
        if source == Data().training[0]:
            parts.append(FER2013_ARCHIVE)
        else:
            taken = "all" if source.emotions == EMOTIONS else ", ".join(source.emotions)
            parts.append(f"{DATA_NAMES[source.kind]} ({source.path}: {taken})")
    text = " and ".join(parts)
    if data.vote_weight:
        text += ", targets blended with FER+ votes"
    if data.balance != "none":
        text += f", emotions balanced by {data.balance}"
    return text


def describe_command(config: TrainingConfig) -> str:
    """What trains it, with the folder of the models it asks for where that is another one."""
    command = f"python -m training.train {config.name}"
    elsewhere = os.environ.get("MODELS_DIR")
    if (config.teachers or config.averaged_with) and elsewhere:
        command = f"MODELS_DIR={elsewhere} {command}"
    if config.initial_weights != SCRATCH:
        command += f" --backbone {BEGINNINGS[config.initial_weights].file}"
    return command


def _write_model(model: keras.Model, folder: Path) -> dict[str, str]:
    """Write architecture and weights; their sha256 by file name."""
    (folder / "model.json").write_text(model.to_json(), encoding="utf-8")
    arrays = {v.path: keras.ops.convert_to_numpy(v) for v in model.weights}
    if len(arrays) != len(model.weights):
        raise ValueError(f"two variables of {model.name} share a path; name its layers apart")
    # Half precision halves the file; vectors keep theirs, for variances can be tiny.
    np.savez_compressed(
        folder / "weights.npz",
        **{
            path: array.astype(np.float16 if array.ndim > 1 else np.float32)
            for path, array in arrays.items()
        },
    )
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
        for name in ("model.json", "weights.npz")
    }


def _write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")


def _rounded(scores: Scores) -> dict[str, Any]:
    return {
        key: {emotion: round(recall, 5) for emotion, recall in value.items()}
        if isinstance(value, dict)
        else round(value, 5)
        for key, value in asdict(scores).items()
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("config", help="a name in training/configs, or a Python file")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder with the data")
    parser.add_argument("--run-dir", type=Path, help="the run; runs/NAME by default")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of all models")
    options = parser.parse_args(arguments)
    try:
        config = load_config(options.config)
        archive = options.data / config.data.testing
        target = export(
            config,
            options.run_dir or RUNS / config.name,
            read_fer2013(archive, "PublicTest", config.size, channels_of(config)),
            read_fer2013(archive, "PrivateTest", config.size, channels_of(config)),
            options.models,
            read_votes(options.data / config.data.votes) if config.data.vote_weight else {},
        )
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
