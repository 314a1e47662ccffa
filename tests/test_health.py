"""Whether a process lives, and whether it can do its work."""

import json
import urllib.error
import urllib.request

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from sessions.live.counters import HELP
from sessions.live.runtime import from_settings, use
from sessions.site.context import served_manifest
from tests.classroom import Pupil, Teacher
from tests.factories import make_teacher
from tests.server import Server, running_server

PARTS = {"database", "messages", "model", "batcher", "recorder", "tasks"}


@pytest.mark.finding(18)
def test_a_ready_server_shows_its_parts_and_counters(server: Server) -> None:
    health = server.health()
    assert health["ready"] is True
    assert set(health["parts"]) == PARTS
    assert all(part["ok"] for part in health["parts"].values())
    assert set(HELP) < set(health)
    assert {"connections", "frames_refused", "samples_waiting", "analysis"} < set(health)
    model = served_manifest()
    assert model is not None
    assert health["model"]["title"] == model.title
    assert (health["detector"], health["runtime"]) == ("yunet", "openvino")
    assert health["precision"] in ("int8", "bfloat16", "float32")
    assert f"Serving {model.name}, faces by yunet, on openvino" in server.log


async def test_tensorflow_alone_serves_when_it_is_chosen(face_jpeg: bytes) -> None:
    with running_server(INFERENCE_RUNTIME="tensorflow", EMOTION_MODEL="compact") as server:
        health = server.health()
        assert (health["runtime"], health["precision"]) == ("tensorflow", "float32")
        pupil = Pupil(server, Teacher(server).open_session().code)
        async with pupil.socket() as socket:
            answer = await socket.frame(face_jpeg)
    assert (answer["emotion"], answer["direction"]) == ("sad", "facing")


@pytest.mark.finding(18)
def test_a_stranger_learns_nothing_but_whether_it_is_ready(server: Server) -> None:
    request = urllib.request.Request(
        f"{server.base_url}/readyz", headers={"X-Forwarded-For": "192.0.2.7"}
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer) == {"ready": True}


@pytest.mark.finding(18)
@pytest.mark.django_db
def test_staff_see_the_details_from_everywhere_and_teachers_do_not(settings: Settings) -> None:
    settings.POLICY = "presence"
    teacher, staff = make_teacher(), make_teacher()
    staff.is_staff = True
    staff.save()
    with use(from_settings()):
        for user, sees in ((teacher, False), (staff, True)):
            browser = Client(REMOTE_ADDR="192.0.2.7")
            browser.force_login(user)
            answer = browser.get("/readyz")
            assert answer.status_code == 503
            assert ("parts" in answer.json()) is sees


@pytest.mark.finding(18)
def test_before_the_model_is_warm_it_lives_and_is_not_ready(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.POLICY = "presence"
    with use(from_settings()):
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["model"] == {"ok": False}
    assert "no-store" in answer["Cache-Control"]
    assert not caplog.records, "a probe that comes early is no error"


def test_where_no_class_is_served_it_is_not_ready(client: Client) -> None:
    assert client.get("/healthz").json() == {"alive": True}
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ready": False})


def test_other_refusals_are_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/no-such-page/")
    assert "/no-such-page/" in caplog.text
