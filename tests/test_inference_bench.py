"""The benchmark: every stage on every runtime, in one run, as one JSON object."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from inference import bench
from inference.bench import make_frame, measure, runtimes
from inference.manifest import read_manifest
from tests.data_folder import COMPILED
from tests.model_factory import residual_network, sign, write_model
from training.int8 import find_ranges


@pytest.fixture(autouse=True)
def few_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "REPEATS", 1)


def test_every_stage_is_measured_on_every_runtime(tmp_path: Path) -> None:
    grey = write_model(tmp_path / "grey")
    colour = write_model(tmp_path / "colour", channels=3)
    chosen = runtimes()
    keys = list(dict.fromkeys(f"{runtime.name}/{runtime.precision}" for runtime in chosen))
    assert keys[0] == "tensorflow/float32"
    assert keys[-1] in ("openvino/bfloat16", "openvino/float32")
    found = measure([grey, colour], make_frame(None), chosen)
    assert found["decode_ms"] > 0
    assert found["pose_ms"] > 0
    assert set(found["detect_ms"]) == {*keys, "haar"}
    assert list(found["models"]) == ["grey", "colour"]
    for name, times in found["models"].items():
        assert list(times) == keys
        for one in times.values():
            assert set(one["emotion_ms"]) == {"1", "8", "16"}
            assert one["frame_ms"] > 0
        served, reference = times[keys[-1]]["frame_ms"], times[keys[0]]["frame_ms"]
        assert found["ratio"][name] == pytest.approx(served / reference, abs=1e-3)


def test_a_model_in_8_bits_is_measured_in_them_last(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "residual", network=residual_network())
    pixels = np.random.default_rng(1).normal(0, 1.5, (4, 24, 24, 1)).astype(np.float32)
    ranges = find_ranges(read_manifest(folder), COMPILED, pixels)
    np.savez(folder / "int8.npz", ranges=ranges)
    sign(folder)
    found = measure([folder], make_frame(None), runtimes())
    times = found["models"]["residual"]
    assert list(times)[-1] == "openvino/int8"
    assert "int8" in found["precisions"]
    served, reference = times["openvino/int8"], times["tensorflow/float32"]
    ratio = served["frame_ms"] / reference["frame_ms"]
    assert found["ratio"]["residual"] == pytest.approx(ratio, abs=1e-3)


def test_a_picture_of_ones_own_is_scaled_as_a_browser_does(tmp_path: Path) -> None:
    image = tmp_path / "class.png"
    cv2.imwrite(str(image), np.full((480, 640, 3), 90, np.uint8))
    assert make_frame(image).pixels.shape == (240, 320, 3)
    assert make_frame(None).pixels.shape == (240, 320, 3)


@pytest.mark.parametrize("as_json", [True, False])
def test_one_model_by_its_name_is_printed(
    as_json: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(["--model", "compact", *(["--json"] if as_json else [])]) == 0
    printed = capsys.readouterr().out
    if as_json:
        assert list(json.loads(printed)["models"]) == ["compact"]
    else:
        assert "compact: a frame takes" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "vgg"], "vgg"),
        (["--model", "compact", "--image", "missing.jpg"], "missing.jpg is no picture"),
    ],
)
def test_what_cannot_be_read_is_named(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.main(arguments) == 2
    assert message in capsys.readouterr().err
