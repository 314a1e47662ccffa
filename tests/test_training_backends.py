"""Training on torch and JAX, each in a process of its own, and in half precision."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from inference.runtimes.on_tensorflow import TensorFlow
from tests.conftest import ROOT, skip_or_fail
from tests.dlib_file import write_small_dlib
from tests.fused_training import train_both
from tests.generated_faces import write_tiny_data
from training.checkpoint import read_history
from training.datasets import read_fer2013
from training.train import main

RECIPE = """
from tests.generated_faces import tiny_config
from training.beginnings import DLIB
from training.config import Stage
from training.recipe import Recipe
STEP = tiny_config(
    beginning=DLIB,
    twins=True,
    precision={precision!r},
    stages=(Stage(epochs=2, size=32),),
)
RECIPE = Recipe((STEP,))
"""


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_dlib(tmp_path_factory.mktemp("backbone") / "dlib.dat")


def run_python(*arguments: str, backend: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KERAS_BACKEND": backend}
    if backend == "torch":
        # In so small a network its threads would mostly wait for each other.
        environment["OMP_NUM_THREADS"] = "1"
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("backend", "precision"),
    [
        ("torch", "float32"),
        ("torch", "mixed_bfloat16"),
        ("jax", "float32"),
        ("tensorflow", "mixed_bfloat16"),
    ],
)
def test_what_another_backend_trains_tensorflow_serves(
    backend: str, precision: str, data_folder: Path, backbone: Path, tmp_path: Path
) -> None:
    if find_spec(backend) is None:
        skip_or_fail(f"{backend} is not installed; docs/training.md says how to get it")
    recipe, runs, models = tmp_path / "tiny.py", tmp_path / "runs", tmp_path / "models"
    recipe.write_text(RECIPE.format(precision=precision))
    folders = ("--data", str(data_folder), "--runs", str(runs), "--models", str(models))
    arguments = (str(recipe), *folders, "--backbone", str(backbone))
    if backend == "tensorflow":
        assert main(list(arguments)) == 0
    else:
        done = run_python("-m", "training.train", *arguments, backend=backend)
        assert done.returncode == 0, done.stderr
    history = read_history(runs / "tiny")
    assert [record.epoch for record in history] == [1, 2]
    assert history[-1].loss < history[0].loss

    manifest = json.loads((models / "tiny" / "manifest.json").read_text())
    assert "dlib" in manifest["initial_weights"]
    assert manifest["command"] == "python -m training.train tiny.py"
    model = TensorFlow().emotion_model(models / "tiny")
    testing = read_fer2013(data_folder / "faces", "PrivateTest", model.size)
    accuracy = (model.predict(testing.images).argmax(axis=1) == testing.labels).mean()
    assert accuracy == pytest.approx(manifest["measured"]["PrivateTest"]["accuracy"], abs=1e-4)


def test_serving_and_exporting_on_another_backend_are_refused_before_any_work(
    data_folder: Path, tmp_path: Path
) -> None:
    if find_spec("torch") is None:
        skip_or_fail("torch is not installed; docs/training.md says how to get it")
    recipe = tmp_path / "tiny.py"
    recipe.write_text(RECIPE.format(precision="float32"))
    code = f"""
import sys
from pathlib import Path
from inference.runtimes.on_tensorflow import TensorFlow
from inference.manifest import ModelError
from training.export import main
try:
    TensorFlow().emotion_model(Path({str(ROOT / "models" / "compact")!r}))
except ModelError as error:
    print(error)
sys.exit(main(sys.argv[1:]))
"""
    options = ["--data", data_folder, "--runs", tmp_path, "--models", tmp_path]
    done = run_python("-c", code, str(recipe), *map(str, options), backend="torch")
    assert done.stdout.endswith("Keras runs on torch: leave KERAS_BACKEND out\n")
    assert done.returncode == 2
    assert "error: tiny is served on TensorFlow and Keras runs on torch" in done.stderr


def test_a_training_that_was_killed_goes_on_to_the_same_weights_on_torch(
    data_folder: Path, tmp_path: Path
) -> None:
    if find_spec("torch") is None:
        skip_or_fail("torch is not installed; docs/training.md says how to get it")
    code = """
import contextlib, sys
from pathlib import Path
from unittest import mock
from tests.generated_faces import tiny_config
from training.config import Stage
from training.data import read_data
from training.loop import train
data, runs = map(Path, sys.argv[1:])
config = tiny_config(stages=(Stage(2, 32), Stage(2, 32, restart=0.05)), dropout=0.5)
faces = read_data(config, data)
train(config, faces, runs / "whole")
for _ in range(3):
    killed = mock.patch("training.loop.write_log", side_effect=KeyboardInterrupt)
    with killed, contextlib.suppress(KeyboardInterrupt):
        train(config, faces, runs / "killed")
train(config, faces, runs / "killed")
"""
    done = run_python("-c", code, str(data_folder), str(tmp_path), backend="torch")
    assert done.returncode == 0, done.stderr
    with (
        np.load(tmp_path / "whole" / "averaged.npz") as expected,
        np.load(tmp_path / "killed" / "averaged.npz") as resumed,
    ):
        for name in expected.files:
            np.testing.assert_allclose(resumed[name], expected[name], rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_fused_normalisation_trains_as_keras_does(backend: str, tmp_path: Path) -> None:
    if find_spec(backend) is None:
        skip_or_fail(f"{backend} is not installed; docs/training.md says how to get it")
    target = tmp_path / "weights.npz"
    if backend == "tensorflow":
        train_both(target)
    else:
        done = run_python("-m", "tests.fused_training", str(target), backend=backend)
        assert done.returncode == 0, done.stderr
    with np.load(target) as arrays:
        weights = [arrays[name] for name in arrays.files]
    half = len(weights) // 2
    for plain, fused in zip(weights[:half], weights[half:], strict=True):
        np.testing.assert_allclose(fused, plain, rtol=0.02, atol=5e-3)
