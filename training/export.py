"""Turn a finished run into a model's folder: `python -m training.export RECIPE --step NAME`.

`training.train` does so by itself after each step.
"""

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import keras
import numpy as np

from inference.labels import EMOTIONS
from inference.runtimes.on_tensorflow import TensorFlow, require_tensorflow
from training.card import model_card
from training.checkpoint import AVERAGED, load_weights, read_history
from training.config import TrainingConfig
from training.datasets import Faces, Votes, read_fer2013, read_votes, shares
from training.lineage import MANIFEST, describe_beginning, describe_data, lineage_of
from training.measuring import evaluate
from training.metrics import Scores, fit_bias, fit_temperature
from training.network import (
    build_model,
    channels_of,
    look_at,
    predict_logits,
    preprocessing_of,
)
from training.recipe import load_recipe
from training.reference import add_reference
from training.workspace import FINISHED, Workspace

FORMAT: Final = 1


def export(
    config: TrainingConfig,
    run: Path,
    validation: Faces,
    testing: Faces,
    folder: Path,
    votes: Votes = MappingProxyType({}),
    *,
    finished: Path = FINISHED,
    recipe: str = "",
) -> Path:
    """Write the run's best averaged weights as an artefact; returns its folder.

    On validation (PublicTest) the last layer's bias is fitted to how often its labels and
    votes have each emotion, then the temperature to the labels. Both splits, and the time a face
    takes on this machine, are then measured through the written files, as the site will
    read them. An older artefact of the same name is replaced only when the new one is
    complete. folder: the parent of all models. finished: that of the earlier steps' models.
    recipe: what was trained, for the command in the manifest; the configuration's name by
    default. Raises ModelError where Keras runs on another backend than TensorFlow, which
    serves, CheckpointError for a run that has nothing to export.
    """
    require_tensorflow(config.name)
    history = read_history(run)
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
        "command": f"python -m training.train {recipe or config.name}",
        "seed": config.seed,
        "training_seconds": round(sum(record.seconds for record in history)),
        "lineage": lineage_of(config, history, finished),
        "fingerprint": config.fingerprint(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=folder) as temporary:
        draft = Path(temporary) / config.name
        draft.mkdir()
        manifest["files"] = write_network(model, draft)
        write_manifest(draft, manifest)
        served = TensorFlow().emotion_model(draft)
        scores = {
            "PublicTest": evaluate(served, validation),
            "PrivateTest": evaluate(served, testing),
        }
        manifest["measured"] = {split: figures(values) for split, values in scores.items()}
        write_manifest(draft, manifest)
        add_reference(draft)
        (draft / "MODEL_CARD.md").write_text(model_card(manifest), encoding="utf-8")
        target = folder / config.name
        if target.exists():
            shutil.rmtree(target)
        draft.rename(target)
    return target


def export_step(recipe: str, name: str, workspace: Workspace) -> Path:
    """Export a trained step of a recipe, which is named or is a Python file; returns its folder.

    Raises ValueError for an unknown recipe or step, data or a run that cannot be used.
    """
    known = load_recipe(recipe)
    step = known.step(name)
    archive = workspace.data / step.data.testing
    votes = read_votes(workspace.data / step.data.votes) if step.data.vote_weight else {}
    return export(
        step,
        workspace.run_of(step),
        read_fer2013(archive, "PublicTest", step.size, channels_of(step)),
        read_fer2013(archive, "PrivateTest", step.size, channels_of(step)),
        workspace.models_of(known, step),
        votes,
        finished=workspace.finished,
        # Not where a user's own file lies, for the manifest may be published.
        recipe=Path(recipe).name,
    )


def write_network(model: keras.Model, folder: Path) -> dict[str, str]:
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


def write_manifest(folder: Path, manifest: dict[str, Any]) -> None:
    """Write it as JSON for people."""
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")


def figures(scores: Scores) -> dict[str, Any]:
    """Scores as a manifest has them."""
    return {
        key: {emotion: round(recall, 5) for emotion, recall in value.items()}
        if isinstance(value, dict)
        else round(value, 5)
        for key, value in asdict(scores).items()
    }


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training.export", description=__doc__)
    parser.add_argument("recipe", help="a name in training/recipes, or a Python file")
    parser.add_argument("--step", help="which of its steps; the last one by default")
    Workspace.add_options(parser)
    options = parser.parse_args(arguments)
    try:
        name = options.step or load_recipe(options.recipe).name
        target = export_step(options.recipe, name, Workspace.of(options))
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"wrote {target}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
