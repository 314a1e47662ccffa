"""`make vggface2`: from a backbone file of the published layout to the model that is served."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from inference.vggface2 import published_layout
from tests.conftest import ROOT, skip_or_fail
from tests.generated_faces import write_faces
from tests.vggface2_file import write_backbone

RECIPE = """
from tests.generated_faces import tiny_config
from training.beginnings import VGGFACE2
from training.config import Data, Stage
from training.datasets import Source
from training.recipe import Recipe
STEP = tiny_config(
    name="small", title="Small fine-tuning", architecture="vggface2_resnet50", widths=(), blocks=(),
    beginning=VGGFACE2, stages=(Stage(epochs=2, size=32),), frozen_epochs=1,
    learning_rate=0.01, fine_tuning_rate=0.001, warmup_epochs=0.0,
    data=Data(training=(Source("fer2013", "faces"),), testing="faces", vote_weight=0),
)
RECIPE = Recipe((STEP,))
"""


def make(*arguments: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_command_fine_tunes_exports_evaluates_and_serves(tmp_path: Path) -> None:
    if Path(sys.prefix) != ROOT / ".venv" or shutil.which("make") is None:
        skip_or_fail("make and the environment that `make test` makes are needed")
    data, models = tmp_path / "data", tmp_path / "models"
    data.mkdir()
    for seed, (split, count) in enumerate((("Training", 4), ("PublicTest", 1), ("PrivateTest", 1))):
        write_faces(tmp_path / "faces", split, count, seed)
    recipe = tmp_path / "small.py"
    recipe.write_text(RECIPE)
    backbone = write_backbone(tmp_path / "backbone.h5", list(published_layout()), 1)
    environment = {key: value for key, value in os.environ.items() if key != "EMOTION_MODEL"}
    environment |= {"DATA_DIR": str(data), "MODELS_DIR": str(models)}

    before = make("-n", "run", environment=environment)
    assert before.returncode == 0, before.stderr
    done = make(
        "vggface2",
        f"CONFIG={recipe}",
        f"TRAINING_DATA={tmp_path}",
        f"TESTING={tmp_path / 'faces'}",
        f"BACKBONE={backbone}",
        f"RUN_DIR={tmp_path / 'runs'}",
        environment=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    scores = next(json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    manifest = json.loads((models / "small" / "manifest.json").read_text())
    assert scores["n"] == manifest["measured"]["PrivateTest"]["n"] == 7

    # What `make run` begins with finds the model; the environment goes before the file.
    prepared = make("prepare", environment=environment)
    assert prepared.returncode == 0, prepared.stderr
    assert (
        "EMOTION_MODEL=${EMOTION_MODEL:-small}" in make("-n", "run", environment=environment).stdout
    )
    other = make("prepare", environment={**environment, "EMOTION_MODEL": "another"})
    assert "There is no model 'another'" in other.stderr
    shutil.rmtree(models / "small")
    assert "There is no model 'small'" in make("prepare", environment=environment).stderr


def test_a_missing_backbone_is_fetched_or_the_command_says_how(tmp_path: Path) -> None:
    plan = make("-n", "vggface2", environment={**os.environ, "DATA_DIR": str(tmp_path)})
    assert plan.returncode == 0, plan.stderr
    assert "manage.py fetch_models vggface2_resnet50" in plan.stdout
    assert str(tmp_path / "models" / "rcmalli_vggface_tf_notop_resnet50.h5") in plan.stdout
