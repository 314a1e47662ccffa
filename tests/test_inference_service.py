"""The process's batcher: made once, from Django's settings, and only when it is needed."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from pytest_django import Settings

from inference import service
from inference.batcher import Batcher
from inference.manifest import ModelError
from tests.conftest import ROOT
from tests.model_factory import write_model


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> Iterator[None]:
    """A service that has made nothing yet, with one small model to choose."""
    monkeypatch.setattr(service, "_made", None)
    monkeypatch.setattr(service, "_ready", threading.Event())
    write_model(tmp_path / "tiny")
    settings.MODELS_DIR = tmp_path
    settings.EMOTION_MODEL = "tiny"
    settings.YUNET_PATH = None
    yield
    if service._made is not None:
        service._made[1].stop()
        service._made[0].close()


async def test_warming_makes_it_ready_and_it_answers() -> None:
    assert not service.is_ready()
    service.warm()
    assert service.is_ready()
    wall = cv2.imencode(".jpg", np.full((90, 160, 3), 128, np.uint8))[1].tobytes()
    result = await service.get_batcher().analyse(wall)
    assert (result.model, result.faces, result.emotion) == ("tiny", 0, None)


def test_ten_threads_get_the_same_batcher() -> None:
    found: list[Batcher] = []
    threads = [
        threading.Thread(target=lambda: found.append(service.get_batcher())) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 10
    assert len(set(found)) == 1


def test_a_wrong_model_is_told_and_can_be_put_right(settings: Settings) -> None:
    settings.EMOTION_MODEL = "missing"
    with pytest.raises(ModelError, match="models there: tiny"):
        service.warm()
    assert not service.is_ready()
    settings.EMOTION_MODEL = "tiny"
    service.warm()
    assert service.is_ready()


def test_importing_the_service_does_not_import_tensorflow() -> None:
    code = "import sys, inference.service; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


async def test_the_presence_policy_needs_and_loads_no_model(settings: Settings) -> None:
    settings.POLICY = "presence"
    settings.EMOTION_MODEL = "missing"
    service.warm()
    wall = cv2.imencode(".jpg", np.full((90, 160, 3), 128, np.uint8))[1].tobytes()
    result = await service.get_batcher().analyse(wall)
    assert (result.model, result.faces, result.engagement) == ("", 0, None)


def test_the_site_knows_the_manifest_of_the_model_it_serves(settings: Settings) -> None:
    manifest = service.served_manifest()
    assert manifest is not None
    assert (manifest.name, manifest.initial_weights) == ("tiny", "scratch")
    assert service.served_manifest() is manifest
    assert service.model_manifest("elsewhere") is None
    settings.EMOTION_MODEL = "missing"
    assert service.served_manifest() is None
    settings.EMOTION_MODEL = "tiny"
    settings.POLICY = "presence"
    assert service.served_manifest() is None
