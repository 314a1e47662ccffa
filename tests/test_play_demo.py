"""A made-up class takes part in a live session of a real server, through pages and sockets."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from inference import recorded
from sessions.demo.browser import SimulationError
from sessions.demo.history import NO_CAMERA
from sessions.demo.playing import LENGTH_S, cast, film_of, wait_until_ready
from tests.classroom import Teacher
from tests.conftest import ROOT
from tests.server import running_server


def test_everybody_has_a_name_of_their_own_and_most_a_camera() -> None:
    rng = np.random.default_rng(1)
    people = cast(60, rng)
    assert len({person.name for person in people}) == 60
    assert all(person.stays == ((0.0, LENGTH_S),) for person in people)
    films = {person.name: film_of(person, 1.0, rng) for person in people[:18]}
    assert [name for name, film in films.items() if film is None] == [NO_CAMERA]


def test_a_film_runs_again_and_shows_faces_turned_and_gone() -> None:
    rng = np.random.default_rng(1)
    film = film_of(cast(1, rng)[0], 1.0, rng)
    assert film is not None
    frames = [recorded.read(film(second), with_emotion=True) for second in range(900)]
    seen = [frame for frame in frames if frame is not None]
    assert len(seen) == 900
    assert {0, 1} <= {frame.faces for frame in seen}
    assert any(frame.pose and frame.pose.yaw > 30 for frame in seen)
    assert film(0) == film(LENGTH_S)


@pytest.mark.alone
def test_a_class_plays_through_the_real_way_of_a_frame() -> None:
    with running_server(RECORDED_FRAMES="1") as server:
        session = Teacher(server).open_session()
        told = server.manage(
            *("play_demo", "--url", server.base_url, "--join", session.code.lower()),
            *("--students", "18", "--seconds", "4", "--json"),
        )
        figures = json.loads(told)
        where = f"FROM class_sessions_sample WHERE session_id = {session.pk}"
        ((rows, models, pupils),) = server.query(
            f"SELECT count(*), count(DISTINCT detector), count(DISTINCT participant_id) {where}"
        )
        names = server.query(f"SELECT DISTINCT detector {where}")
        marked = server.query("SELECT DISTINCT is_simulated FROM class_sessions_participant")
    assert figures["errors"] == figures["shed"] == 0
    assert figures["answered"] == rows >= 17 * 3
    assert (models, pupils, names) == (1, 17, [(recorded.NAME,)])
    assert marked == [(1,)]


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(SimulationError, match="No server was ready"):
        wait_until_ready("http://127.0.0.1:9", within_s=1.0)


def test_recorded_frames_are_refused_on_a_site_that_others_reach() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "RECORDED_FRAMES": "1", "HOST": "0.0.0.0"},
    )  # fmt: skip
    assert done.returncode
    assert "RECORDED_FRAMES=1 believes" in done.stderr
