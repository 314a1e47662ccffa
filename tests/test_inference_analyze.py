"""The command that analyses files: its lines, its errors, and the real videos."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from inference.analyze import main
from inference.engagement import combined
from inference.expression import concentration_index
from inference.labels import EMOTIONS
from inference.manifest import available_models
from inference.paths import MODELS_DIR
from tests.model_factory import write_model
from tests.real_faces import AWAY_S

KEYS = [
    "file", "time", "faces", "box", "probabilities", "emotion", "label", "direction", "facing",
    "expression", "engagement", "level", "definition", "model", "detector",
]  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write_model(tmp_path_factory.mktemp("models") / "tiny"))


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_image_is_one_line(
    group_photo: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(group_photo), "--json", "--model", model]) == 0
    (line,) = lines(capsys)
    assert list(line) == KEYS
    assert (line["file"], line["time"], line["faces"]) == (str(group_photo), None, 5)
    assert list(line["probabilities"]) == list(EMOTIONS)
    expression = concentration_index(list(line["probabilities"].values()))
    assert line["expression"] == pytest.approx(expression)
    assert (line["direction"], line["facing"], line["definition"]) == ("facing", 1.0, "index-2")
    assert line["engagement"] == pytest.approx(combined(expression, 1.0))
    assert line["model"] == "tiny"


def test_a_large_png_has_the_same_faces_in_its_own_pixels(
    group_photo: Path, tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    image = cv2.imread(str(group_photo))
    assert image is not None
    large = tmp_path / "large.png"
    cv2.imwrite(str(large), cv2.resize(image, None, fx=3, fy=3))
    assert main([str(group_photo), str(large), "--json", "--model", model]) == 0
    small_line, large_line = lines(capsys)
    assert large_line["faces"] == 5
    assert np.allclose(np.array(large_line["box"]) / 3, small_line["box"], atol=6)


def test_a_video_is_sampled_in_time_and_smoothed(
    face_video: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(face_video), "--json", "--model", model, "--fps", "5"]) == 0
    seen = lines(capsys)
    times = [line["time"] for line in seen]
    assert len(seen) == 90  # of 270 frames at 15 a second
    assert all(b - a == pytest.approx(0.2, abs=0.01) for a, b in pairwise(times))
    for line in seen:
        if AWAY_S[0] - 0.5 < line["time"] < AWAY_S[1] + 0.5:
            continue  # on the way out or in
        assert line["faces"] == 1
        assert line["box"][2] > 80  # pixels of the 640-px video
    away = [line for line in seen if AWAY_S[0] <= line["time"] <= AWAY_S[1]]
    assert {line["faces"] for line in away} == {0}
    shown = [line["label"] for line in seen if line["label"]]
    raw = [line["emotion"] for line in seen if line["emotion"]]
    assert changes(shown) <= changes(raw)
    known = [line["engagement"] for line in seen if line["engagement"] is not None]
    assert max(abs(one - other) for one, other in pairwise(known)) < 0.35


def changes(labels: list[str]) -> int:
    return sum(one != other for one, other in pairwise(labels))


def test_readable_lines_say_who_is_away(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wall = tmp_path / "wall.png"
    cv2.imwrite(str(wall), np.full((200, 300), 90, np.uint8))
    assert main([str(wall), "--model", model]) == 0
    assert capsys.readouterr().out == f"{wall}  no usable face\n"


def test_unreadable_files_are_named_and_the_rest_goes_on(
    tmp_path: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    wall = tmp_path / "wall.jpg"
    cv2.imwrite(str(wall), np.full((200, 300), 90, np.uint8))
    bad = {name: tmp_path / name for name in ("none.jpg", "notes.txt", "cut.jpg", "empty.mp4")}
    bad["notes.txt"].write_text("no picture")
    bad["cut.jpg"].write_bytes(wall.read_bytes()[:-30])
    bad["empty.mp4"].touch()
    files = [str(path) for path in (*bad.values(), tmp_path, wall)]
    assert main([*files, "--json", "--model", model]) == 1
    captured = capsys.readouterr()
    errors = [line for line in captured.err.splitlines() if line.startswith("error:")]
    assert len(errors) == 5
    for path, error in zip(files, errors, strict=False):
        assert path in error
    assert [json.loads(line)["file"] for line in captured.out.splitlines()] == [str(wall)]


def test_an_unknown_model_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["x.jpg", "--model", "best-ever"]) == 2
    assert "no model 'best-ever'" in capsys.readouterr().err


@pytest.mark.parametrize("fps", ["0", "-1", "nan", "many"])
def test_odd_sampling_is_refused(fps: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["x.mp4", "--fps", fps])
    assert "expected a number above 0" in capsys.readouterr().err


def test_the_other_detector_and_runtime_are_a_choice(
    group_photo: Path, model: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--json", "--model", model, "--detector", "haar", "--runtime", "tensorflow")
    assert main([str(group_photo), *options]) == 0
    assert lines(capsys)[0]["faces"] == 5


@pytest.mark.parametrize(
    ("video", "early", "late"),
    [("sad_to_happy.mp4", "sad", "happy"), ("neutral_to_happy.mp4", "neutral", "happy")],
)
def test_the_shipped_model_sees_the_emotion_change(
    shared: Path, video: str, early: str, late: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(shared / "media" / video), "--json", "--fps", "3"]) == 0
    check_change(lines(capsys), early, late)


@pytest.mark.parametrize("shipped", available_models(MODELS_DIR))
def test_every_shipped_model_sees_a_warped_mouth_change(
    shipped: str, face_video: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(face_video), "--json", "--fps", "3", "--model", shipped]) == 0
    check_change(lines(capsys), "sad", "happy")


def check_change(seen: list[dict[str, Any]], early: str, late: str) -> None:
    """The late emotion leads in the last third, and the early one was stronger in the first."""
    seen = [line for line in seen if line["faces"]]
    rows = np.array([[line["probabilities"][name] for name in EMOTIONS] for line in seen])
    third = len(rows) // 3
    assert EMOTIONS[rows[-third:].mean(axis=0).argmax()] == late
    column = EMOTIONS.index(early)
    assert rows[:third, column].mean() > rows[-third:, column].mean()
