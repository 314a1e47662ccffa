"""The files of docs/deploy name what there is: they were not run where they were written."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from inference.on_ray.private import system_config
from tests.conftest import ROOT, skip_or_fail

DEPLOY = ROOT / "docs" / "deploy"
OF_RAY = {"RAY_AUTH_MODE", "RAY_USAGE_STATS_ENABLED", "RAY_AUTH_TOKEN", "PYTHONPATH"}


def documents(name: str) -> list[Any]:
    if find_spec("yaml") is None:
        skip_or_fail("PyYAML, which comes with requirements-ray.txt, is not installed")
    import yaml

    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def variables() -> set[str]:
    """What settings and Ray read."""
    text = (ROOT / "engagement_site" / "settings.py").read_text()
    return set(re.findall(r'env\.\w+\(\s*"(\w+)"', text)) | OF_RAY


def test_what_the_image_copies_is_there_and_is_let_through() -> None:
    lines = (DEPLOY / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]]
    assert len(copied) > 8
    let_through = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in let_through or f"!{name}/beside-a-node.sh" in let_through, name


def test_containers_are_told_what_settings_read() -> None:
    (compose,) = documents("compose.yaml")
    services = compose["services"]
    assert set(services) == {
        "postgresql", "redis", "migrate", "ray", "analysis", "web", "caddy"
    }  # fmt: skip
    for name in ("migrate", "ray", "analysis", "web"):
        told = set(services[name]["environment"])
        assert told <= variables(), told - variables()
        assert {"INFERENCE", "DATABASE_URL", "REDIS_URL", "SECRET_KEY"} <= told
    volumes = [v for service in services.values() for v in service.get("volumes", [])]
    mounted = [v.split(":")[0] for v in volumes if v.startswith("./")]
    assert [name for name in mounted if not (DEPLOY / name).is_file()] == []


def test_kubernetes_is_told_what_settings_and_ray_read() -> None:
    cluster, analysis, _ = documents("kuberay.yaml")
    head = cluster["spec"]["headGroupSpec"]["rayStartParams"]
    assert head["system-config"].strip("'").replace(" ", "") == system_config().replace(" ", "")
    containers = [
        container
        for pod in (*cluster["spec"]["workerGroupSpecs"], analysis["spec"])
        for container in pod["template"]["spec"]["containers"]
    ]
    assert len(containers) == 4
    told = {one["name"] for container in containers for one in container["env"]}
    assert told <= variables(), told - variables()


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.service")), ids=lambda path: path.name)
def test_units_start_modules_that_exist(path: Path) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(path.read_text())
    words = unit["Service"]["ExecStart"].split()
    assert words[:2] == ["/srv/engagement/.venv/bin/python", "-m"]
    assert find_spec(words[2]) is not None
    assert unit["Service"]["Restart"] == "always"
    assert unit["Service"]["User"] != "root"


def test_caddy_takes_its_file() -> None:
    if shutil.which("caddy") is None:
        skip_or_fail("Caddy is not installed: apt-get install caddy")
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    environ = {**os.environ, "DOMAIN": "class.example.org"}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_page_names_every_file() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    named = {Path(one).name for one in re.findall(r"\]\((?:deploy/)?([\w.@-]+)\)", text)}
    here = {path.name for path in DEPLOY.iterdir()}
    # Named by the others.
    assert here - named == {"Dockerfile.dockerignore", "beside-a-node.sh", "Caddyfile"}
