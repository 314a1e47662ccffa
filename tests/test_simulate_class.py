import json
from io import StringIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from pytest_django.live_server_helper import LiveServer

from inference.manifest import available_models
from inference.paths import MODELS_DIR
from sessions.demo.browser import Browser, Plan, SimulationError
from sessions.demo.simulation import MAX_FRAMES, Outcome, read_frames
from sessions.site import limits
from tests import factories
from tests.classroom import Teacher
from tests.server import Server, free_port, running_server

RUN = ("--students", "3", "--fps", "2", "--seconds", "2", "--json")


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of noise, 640 pixels wide, 10 frames a second."""
    path = tmp_path_factory.mktemp("video") / "noise.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480))
    rng = np.random.default_rng(1)
    for _ in range(20):
        writer.write(rng.integers(0, 255, (480, 640, 3), np.uint8))
    writer.release()
    return path


def simulate(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("simulate_class", *arguments, stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


@pytest.mark.alone
def test_a_class_of_real_clients(
    server: Server, face_video: Path, video: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The first and the third show a face, the second noise."""
    session = Teacher(server).open_session()
    videos = ("--video", str(face_video), str(video))
    summary = simulate("--url", server.base_url, "--join", session.code.lower(), *videos, *RUN)
    assert summary["sent"] == summary["answered"] == summary["stored"] == 12
    assert summary["shed"] == summary["errors"] == 0
    assert 0 < summary["rtt_ms"]["p50"] <= summary["rtt_ms"]["p95"] <= summary["rtt_ms"]["p99"]
    assert summary["frames_per_second"] > 1
    stages = summary["stages"]
    assert stages["whole"]["count"] == stages["decode"]["count"] == stages["track"]["count"] == 12
    assert stages["whole"]["mean_ms"] > stages["queue"]["mean_ms"] > 0
    assert "12/12" in capfd.readouterr().err
    where = f"from class_sessions_sample where session_id = {session.pk}"
    assert server.query(f"select count(distinct participant_id), sum(faces) {where}") == [(3, 8)]


@pytest.mark.alone
@pytest.mark.parametrize("model", available_models(MODELS_DIR))
def test_every_shipped_model_carries_twenty_students(model: str, face_video: Path) -> None:
    with running_server(EMOTION_MODEL=model) as server:
        session = Teacher(server).open_session()
        arguments = ("--url", server.base_url, "--join", session.code, "--video", str(face_video))
        # Slowly: for processors without AVX-512.
        pace = ("--students", "20", "--fps", "0.5", "--seconds", "8", "--json")
        summary = simulate(*arguments, *pace)
        seen = f"from class_sessions_sample where session_id = {session.pk} and emotion <> ''"
        models = server.query(f"select distinct model_name {seen}")
    assert summary["sent"] == summary["answered"] == summary["stored"] == 80
    assert summary["shed"] == summary["errors"] == 0
    assert models == [(model,)]


@pytest.mark.django_db
def test_a_class_larger_than_one_address_may_join_at_once_waits(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "JOINS", limits.Limit("joins of this test", "2/second"))
    session = factories.make_session()
    plan = Plan(live_server.url, session.code, students=5, fps=1, seconds=1)
    for number in range(plan.students):
        Browser(plan).join(f"Simulated {number}")
    assert session.participants.count() == plan.students


@pytest.mark.django_db
def test_a_class_that_one_address_has_filled_today_is_told(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "JOINS_OF_A_DAY", limits.Limit("a day of this test", "1/day"))
    plan = Plan(live_server.url, factories.make_session().code, students=2, fps=1, seconds=1)
    Browser(plan).join("Simulated 1")
    with pytest.raises(SimulationError, match="open another class"):
        Browser(plan).join("Simulated 2")


def test_frames_of_a_class_that_has_not_started_are_counted_as_errors(
    server: Server, video: Path
) -> None:
    session = Teacher(server).open_session(live=False)
    arguments = ("--url", server.base_url, "--join", session.code, "--video", str(video))
    summary = simulate(*arguments, *RUN)
    assert summary["sent"] == 12
    assert summary["answered"] == summary["stored"] == 0
    assert summary["rtt_ms"] == {"p50": None, "p95": None, "p99": None}
    assert summary["errors_by_code"] == {"not_live": 12}


def test_wrong_codes_servers_and_videos_are_explained(server: Server, video: Path) -> None:
    teacher = Teacher(server)
    ended = teacher.open_session()
    teacher.end(ended.pk)
    nobody = f"http://127.0.0.1:{free_port()}"
    for url, code, file, message in (
        (server.base_url, "ZZZZZZ", video, "no class with the code ZZZZZZ"),
        (server.base_url, ended.code, video, "has ended"),
        (nobody, "ZZZZZZ", video, "cannot be reached .*Is the server running"),
        (server.base_url, "ZZZZZZ", "missing.mp4", "missing.mp4 is not there"),
    ):
        with pytest.raises(CommandError, match=message):
            simulate("--url", url, "--join", code, "--video", str(file), *RUN)


@pytest.mark.parametrize(
    "odd",
    [("--students", "0"), ("--fps", "-1"), ("--seconds", "nan"), ("--url", "localhost:8000")],
)
def test_odd_numbers_are_refused(video: Path, odd: tuple[str, str]) -> None:
    given = ("--url", "http://localhost", "--join", "X", "--video", str(video))
    with pytest.raises(CommandError, match=odd[1]):
        simulate(*given, *odd)


def test_frames_are_small_and_five_for_each_second(video: Path) -> None:
    frames = read_frames(video)
    assert len(frames) == 10
    image = cv2.imdecode(np.frombuffer(frames[0], np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    assert image.shape == (240, 320, 3)


def test_a_real_video_is_read(face_video: Path) -> None:
    frames = read_frames(face_video)
    assert len(frames) == 90 <= MAX_FRAMES
    assert max(map(len, frames)) < 50_000


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("no video")
    with pytest.raises(SimulationError, match=r"notes\.mp4"):
        read_frames(path)


def test_figures_of_an_outcome() -> None:
    outcome = Outcome(sent=4, answered=3, shed=1, stored=3, first_at=10.0, last_at=12.0)
    outcome.rtt_s = [0.1, 0.2, 0.3]
    outcome.errors.update({"closed_1006": 1})
    assert outcome.summary() == {
        "sent": 4,
        "answered": 3,
        "shed": 1,
        "stored": 3,
        "reconnects": 0,
        "rtt_ms": {"p50": 200.0, "p95": 290.0, "p99": 298.0},
        "frames_per_second": 1.5,
        "errors": 1,
        "errors_by_code": {"closed_1006": 1},
    }
