"""The whole benchmark at a small size: a server of its own, a class, the seed's loop."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from sessions.demo.capacity import crowd, overload
from tests.data_folder import COMPILED


@pytest.mark.alone
def test_a_small_class_is_carried_and_told_beside_the_seed_s_loop(
    tmp_path: Path, face_video: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, seconds in (("CALM_S", 3.0), ("CROWD_S", 10.0), ("AFTER_S", 5.0)):
        for module in (crowd, overload):
            monkeypatch.setattr(module, name, seconds)
    out, err, chart = StringIO(), StringIO(), tmp_path / "curve.html"
    arguments = ("--model", "compact", "--most", "6", "--seconds", "3", "--overload", "--json")
    files = ("--video", str(face_video), "--chart", str(chart))
    call_command("bench_capacity", *arguments, *files, stdout=out, stderr=err)
    found = json.loads(out.getvalue())
    assert found["students"] == 6
    (point,) = found["curve"]
    assert point["sent"] == point["answered"] == point["stored"] == point["wanted"] == 18
    assert point["least"] == point["most"] == 3
    assert 0 < point["dashboard_ms"]["p95"] < 3000
    assert point["cpu_server"] > 0
    assert found["seed_frames_per_second"] > 0
    assert found["ratio_to_limit"] < 1
    assert found["overload"]["students"] == 18
    assert found["overload"]["lost"] == 0
    assert chart.exists()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--model", "nobody"), "nobody"),
        (("--most", "0"), "at least 1"),
        (("--video", "missing.mp4"), "missing.mp4 is not there"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is_started(
    arguments: tuple[str, ...], reason: str, settings: Settings
) -> None:
    settings.DATA_DIR = COMPILED.parent
    with pytest.raises(CommandError, match=reason):
        call_command("bench_capacity", *arguments)
