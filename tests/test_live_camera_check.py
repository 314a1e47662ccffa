"""Whether a face is found, asked before joining: who may ask, how often, and that nothing stays."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from pytest_django import Settings

from inference.frames import encode_jpeg
from sessions.live.runtime import Runtime, from_settings, use
from sessions.models import ClassSession, Participant, Sample
from sessions.site import limits
from tests.factories import make_session
from tests.model_factory import write_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def serving(settings: Settings, tmp_path: Path) -> Iterator[Runtime]:
    write_model(tmp_path / "tiny")
    settings.MODELS_DIR = tmp_path
    settings.EMOTION_MODEL = "tiny"
    with use(from_settings()) as runtime:
        yield runtime
        runtime.service.stop()


@pytest.fixture
def ready(serving: Runtime) -> None:
    serving.service.warm()


@pytest.fixture
def session() -> ClassSession:
    return make_session()


def send(code: str, body: bytes, content_type: str = "image/jpeg") -> Any:
    return Client().post(f"/join/{code}/camera/", body, content_type=content_type)


def wall(width: int = 320, height: int = 240) -> bytes:
    return encode_jpeg(np.full((height, width, 3), 128, np.uint8), 80)


@pytest.mark.usefixtures("ready")
def test_faces_are_counted_and_nothing_else_is_told_or_kept(
    session: ClassSession, face_jpeg: bytes, group_jpeg: bytes
) -> None:
    for picture, faces in ((face_jpeg, 1), (group_jpeg, 5), (wall(), 0)):
        answer = send(session.code, picture)
        assert answer.status_code == 200
        assert answer.json() == {"faces": faces}
    assert not Participant.objects.exists()
    assert not Sample.objects.exists()


@pytest.mark.usefixtures("ready")
def test_where_only_presence_is_counted_faces_are_too(
    session: ClassSession, face_jpeg: bytes, settings: Settings
) -> None:
    settings.POLICY = "presence"
    assert send(session.code, face_jpeg).json() == {"faces": 1}


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"no picture", "image/jpeg", 400),
        (wall()[:300], "image/jpeg", 400),
        (wall(1100, 1000), "image/jpeg", 400),
        (wall() + b"\0" * 300_000, "image/jpeg", 413),
        (wall(), "application/octet-stream", 413),
    ],
)
def test_what_is_no_small_picture_is_explained(
    session: ClassSession, body: bytes, content_type: str, status: int
) -> None:
    answer = send(session.code, body, content_type)
    assert answer.status_code == status
    assert answer.json()["message"]


@pytest.mark.usefixtures("ready")
def test_only_classes_that_can_be_joined_look_at_pictures() -> None:
    assert send(make_session(state="planned").code, wall()).status_code == 200
    assert send(make_session(state="ended").code, wall()).status_code == 404
    assert send("ZZZZZZ", wall()).status_code == 404
    assert Client().get(f"/join/{make_session().code}/camera/").status_code == 405


@pytest.mark.usefixtures("ready")
def test_a_form_of_another_site_cannot_ask(session: ClassSession) -> None:
    foreign = Client(enforce_csrf_checks=True)
    path = f"/join/{session.code}/camera/"
    assert foreign.post(path, wall(), content_type="image/jpeg").status_code == 403


def test_a_server_that_is_not_ready_or_asked_too_often_says_when_to_come_again(
    session: ClassSession, serving: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cold = send(session.code, wall())
    assert (cold.status_code, cold.headers["Retry-After"]) == (503, "2")
    scarce = limits.Limit("checks of this test", "1/minute")
    monkeypatch.setattr("sessions.live.camera_check.CAMERA_CHECKS", scarce)
    assert [send(session.code, wall()).status_code for _ in range(2)] == [503, 429]


def test_without_a_runtime_it_waits(session: ClassSession) -> None:
    assert send(session.code, wall()).status_code == 503
