"""The analysis of one process: made from options, and only when it is warmed."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference import yunet
from inference.analysis import Options, Shed
from inference.batcher import Batcher
from inference.detection import DetectorError
from inference.frames import encode_jpeg
from inference.manifest import ModelError
from inference.service import Service
from tests.conftest import ROOT
from tests.model_factory import make_options, write_model

WALL = encode_jpeg(np.full((90, 160, 3), 128, np.uint8), 95)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    """One small model to choose."""
    write_model(tmp_path / "tiny")
    return make_options(tmp_path, "tiny")


@pytest.fixture
def service(options: Options) -> Iterator[Service]:
    service = Service(options)
    yield service
    service.stop()


async def test_warming_makes_it_ready_and_it_answers(service: Service) -> None:
    assert not service.is_ready
    assert service.state() == {"ready": False, "healthy": False, "model": "tiny"}
    with pytest.raises(Shed, match="starting"):
        await service.analyse(WALL, group=1, member=1)
    service.warm()
    assert service.is_ready
    result = await service.analyse(WALL, group=1, member=1)
    assert (result.model, result.faces, result.emotion) == ("tiny", 0, None)
    state = service.state()
    assert (state["ready"], state["healthy"], state["detector"]) == (True, True, "haar")
    assert state["runtime"] == "openvino"
    assert state["precision"] in ("int8", "bfloat16", "float32")
    assert service.description().startswith("tiny, faces by haar, on openvino (")
    assert (state["submitted"], state["answered"], state["hung"]) == (1, 1, 0)
    assert service.capacity() is None


def test_warming_twice_loads_once(service: Service) -> None:
    service.warm()
    before = service.state()
    service.warm()
    assert service.state() == before


def test_a_picture_is_analysed_beside_the_frames(service: Service) -> None:
    with pytest.raises(Shed, match="loaded"):
        service.analyse_picture(WALL, 300_000, 1_000_000)
    service.warm()
    picture = service.analyse_picture(WALL, 300_000, 1_000_000)
    assert (picture.width, picture.height, picture.faces) == (160, 90, ())


def test_a_picture_waits_for_classes_that_send_more_than_can_be_answered(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.warm()
    monkeypatch.setattr(Batcher, "wait_for_room", lambda self, within_s: False)
    with pytest.raises(Shed, match="classes need the whole server"):
        service.analyse_picture(WALL, 300_000, 1_000_000)
    assert service.count_faces(WALL) == 0


def test_a_wrong_model_is_told_and_the_next_try_may_succeed(options: Options) -> None:
    service = Service(replace(options, model="later"))
    with pytest.raises(ModelError, match="models there: tiny"):
        service.warm()
    assert not service.is_ready
    write_model(options.models_dir / "later")
    service.warm()
    assert service.is_ready
    service.stop()


@pytest.mark.finding(18)
def test_a_missing_face_detector_is_an_error_and_no_other_takes_its_place(
    options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yunet, "FOLDER", options.models_dir)
    service = Service(replace(options, detector="yunet"))
    with pytest.raises(DetectorError, match=r"detector\.json cannot be read"):
        service.warm()
    assert not service.is_ready


def test_importing_the_service_imports_neither_tensorflow_nor_django() -> None:
    code = (
        "import sys, inference.service; "
        "sys.exit(bool({'tensorflow', 'django'} & sys.modules.keys()))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


async def test_the_presence_policy_needs_and_loads_no_model(options: Options) -> None:
    service = Service(replace(options, model=None))
    service.warm()
    result = await service.analyse(WALL, group=1, member=1)
    assert (result.model, result.faces, result.pose) == ("", 0, None)
    service.stop()
