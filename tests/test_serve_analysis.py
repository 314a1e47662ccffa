"""What a cluster is told: how many replicas, and nothing open or kept that need not be."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from inference.on_ray import private
from inference.on_ray.node import LOOPBACK, command, parser
from inference.on_ray.private import INLINE, TOKEN_FILE, prepare, system_config
from tests.conftest import ROOT, skip_or_fail


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH", "RAY_AUTH_MODE", "RAY_USAGE_STATS_ENABLED",
        "RAY_COLOR_PREFIX", "RAY_gcs_rpc_server_reconnect_timeout_s",
        "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S",
    ):  # fmt: skip
        # Set first, so that what prepare() sets is undone.
        monkeypatch.setenv(name, "")


@pytest.mark.usefixtures("clean")
def test_the_token_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    prepare(tmp_path)
    path = Path(os.environ["RAY_AUTH_TOKEN_PATH"])
    made = path.read_text()
    assert path == tmp_path / TOKEN_FILE
    assert len(made) == 64
    assert path.stat().st_mode & 0o077 == 0
    os.environ["RAY_AUTH_TOKEN_PATH"] = ""
    prepare(tmp_path)
    assert path.read_text() == made
    assert [one.name for one in tmp_path.iterdir()] == [TOKEN_FILE]


@pytest.mark.usefixtures("clean")
def test_a_token_of_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "0" * 64)
    prepare(tmp_path)
    assert os.environ["RAY_AUTH_MODE"] == "token"
    assert not (tmp_path / TOKEN_FILE).exists()


def test_the_first_node_keeps_to_this_machine_and_spills_nothing() -> None:
    said = command(parser().parse_args(["--port", "7000", "--cpus", "2"]))
    assert {"--head", "--port=7000", "--num-cpus=2", "--include-dashboard=false"} <= set(said)
    assert f"--node-ip-address={LOOPBACK}" in said
    config = json.loads(said[-1].removeprefix("--system-config="))
    assert config == json.loads(system_config())
    assert config["automatic_object_spilling_enabled"] is False


def test_another_node_joins_and_has_no_settings_of_its_own() -> None:
    said = command(parser().parse_args(["--join", "10.0.0.1:6380", "--ip", "10.0.0.2"]))
    assert {"--address=10.0.0.1:6380", "--node-ip-address=10.0.0.2"} <= set(said)
    assert not any("system-config" in word or word == "--head" for word in said)


def test_the_largest_picture_travels_inside_its_call() -> None:
    from django.conf import settings

    assert settings.PICTURE_MAX_BYTES < INLINE
    assert 16 * settings.FRAME_MAX_BYTES < INLINE
    assert private.system_config().count(str(INLINE)) == 1


@pytest.mark.parametrize("text", ["", "0", "two", "3-2", "-2", "1-100000", "2-"])
def test_what_is_no_number_of_replicas_is_said(text: str) -> None:
    if find_spec("ray") is None:
        skip_or_fail("Ray is not installed: pip install -r requirements-ray.txt")
    from inference.on_ray.deploy import Replicas

    assert (Replicas.parse("2"), Replicas.parse("2-20")) == (Replicas(2, 2), Replicas(2, 20))
    with pytest.raises(ValueError, match="write 2, or 2-20"):
        Replicas.parse(text)


def test_the_command_says_what_is_wrong_with_its_settings() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "serve_analysis"], cwd=ROOT, check=False,
        env={**os.environ, "RAY_REPLICAS": "many"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert "'many' is no number of replicas" in done.stderr
