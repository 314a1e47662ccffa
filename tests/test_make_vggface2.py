"""`make vggface2`: from a file of published weights to the model that is served.

With a small network: that it works for VGGFace2's is shown in test_training_finetune.py.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT, skip_or_fail
from tests.dlib_file import write_small_dlib
from tests.generated_faces import write_tiny_data

RECIPE = """
from tests.generated_faces import tiny_config
from training.beginnings import DLIB
from training.config import Stage
from training.recipe import Recipe
RECIPE = Recipe((tiny_config("small", beginning=DLIB, stages=(Stage(epochs=1, size=48),)),))
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
    write_tiny_data(tmp_path)
    recipe = tmp_path / "small.py"
    recipe.write_text(RECIPE)
    backbone = write_small_dlib(tmp_path / "dlib.dat")
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
    assert scores["n"] == manifest["measured"]["PrivateTest"]["n"] == 28

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
