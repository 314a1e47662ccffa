"""A teacher's own pictures: what is seen in them, who may send them, and that none is stored."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from inference.frames import encode_jpeg
from inference.labels import EMOTIONS
from sessions.live.runtime import Runtime, from_settings, use
from sessions.teaching.try_it import PICTURES_A_SECOND
from tests.classroom import Teacher
from tests.factories import make_teacher
from tests.model_factory import write_model, write_weights
from tests.server import Server, running_server

ADDRESS = "/try/analyse/"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_model(folder / "tiny")
    return folder


@pytest.fixture
def serving(settings: Settings, models: Path) -> Iterator[Runtime]:
    """A runtime of this process, not warm yet: a small model and YuNet."""
    settings.MODELS_DIR = models
    settings.EMOTION_MODEL = "tiny"
    with use(from_settings()) as runtime:
        yield runtime
        runtime.service.stop()


@pytest.fixture
def ready(serving: Runtime) -> None:
    serving.service.warm()


@pytest.fixture
def teacher(client: Client, db: None) -> Client:
    cache.clear()  # The pictures of the second that another test's teacher has sent.
    client.force_login(make_teacher())
    return client


def wall(width: int = 320, height: int = 240) -> bytes:
    """A picture without a face."""
    return encode_jpeg(np.full((height, width, 3), 128, np.uint8), 95)


def send(client: Client, body: bytes, content_type: str = "image/jpeg") -> Any:
    return client.post(ADDRESS, body, content_type=content_type)


def compare(teacher: Client, picture: bytes) -> Any:
    """By every model; sent again where the server says that it is busy: others are loaded first."""
    for _ in range(6):
        answer = teacher.post(f"{ADDRESS}?compare", picture, content_type="image/jpeg")
        if answer.status_code != 503:
            return answer.json()
        time.sleep(int(answer.headers["Retry-After"]))
    raise AssertionError("the server stays busy")


@pytest.mark.usefixtures("ready")
def test_all_five_faces_have_seven_probabilities_each(teacher: Client, group_jpeg: bytes) -> None:
    answer = send(teacher, group_jpeg)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    seen = answer.json()
    assert seen["models"] == [{"name": "tiny", "title": "Tiny, untrained"}]
    assert (seen["width"], seen["height"]) == (640, 427)
    assert len(seen["faces"]) == 5
    for face in seen["faces"]:
        x, y, width, height = face["box"]
        assert min(x, y, width, height) >= 0
        assert max(x + width, y + height) <= 1
        (estimate,) = face["estimates"]
        probabilities = estimate["probabilities"]
        assert list(probabilities) == list(EMOTIONS)
        assert sum(probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert estimate["emotion"] == max(probabilities, key=probabilities.get)
        assert 0 <= estimate["engagement"] <= 1


def test_every_model_of_the_site_answers_side_by_side(
    teacher: Client, settings: Settings, tmp_path: Path, group_jpeg: bytes
) -> None:
    """One that is damaged is left out, and the others are compared."""
    settings.MODELS_DIR, settings.EMOTION_MODEL = tmp_path, "tiny"
    for name in ("another", "broken", "tiny"):
        write_model(tmp_path / name)
    write_weights(tmp_path / "broken", {})
    with use(from_settings()) as runtime:
        runtime.service.warm()
        seen = compare(teacher, group_jpeg)
        page = teacher.get("/try/").content.decode()
        runtime.service.stop()
    assert [model["name"] for model in seen["models"]] == ["tiny", "another"]
    assert {len(face["estimates"]) for face in seen["faces"]} == {2}
    assert 'id="compare"' in page


@pytest.mark.usefixtures("ready")
def test_a_picture_without_a_face_has_an_empty_list(teacher: Client) -> None:
    assert send(teacher, wall()).json()["faces"] == []


@pytest.mark.usefixtures("ready")
def test_a_picture_that_cannot_be_read_says_what_to_do(teacher: Client, group_jpeg: bytes) -> None:
    for body, status, error in (
        (b"text", 415, "not_jpeg"),
        (b"", 415, "not_jpeg"),
        (group_jpeg[:-500], 400, "truncated"),
    ):
        answer = send(teacher, body)
        assert (answer.status_code, answer.json()["error"]) == (status, error)
        assert answer.json()["message"].endswith(".")


@pytest.mark.usefixtures("ready")
def test_a_picture_that_is_too_large_is_refused_before_it_is_decoded(
    teacher: Client, settings: Settings
) -> None:
    header = b"\xff\xd8\xff\xc0\x00\x11\x08" + bytes.fromhex("75307530") + bytes(10)
    for body, error in (
        (header, "too_many_pixels"),
        (bytes(settings.PICTURE_MAX_BYTES + 1), "too_many_bytes"),
        (bytes(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), "too_many_bytes"),
    ):
        answer = send(teacher, body)
        assert (answer.status_code, answer.json()["error"]) == (413, error)


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("kind", ["image/png", "application/x-www-form-urlencoded", "text/plain"])
def test_only_a_jpeg_body_is_taken(teacher: Client, group_jpeg: bytes, kind: str) -> None:
    assert send(teacher, group_jpeg, kind).status_code == 415


def test_a_form_with_a_file_is_not_taken(teacher: Client, group_photo: Path) -> None:
    with group_photo.open("rb") as file:
        assert teacher.post(ADDRESS, {"picture": file}).status_code == 415


@pytest.mark.usefixtures("ready")
def test_a_few_pictures_a_second_are_taken_of_each_teacher(
    teacher: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions.teaching.try_it.time.time", lambda: 1000.0)
    statuses = [send(teacher, wall()).status_code for _ in range(PICTURES_A_SECOND + 1)]
    assert statuses == [200] * PICTURES_A_SECOND + [429]
    assert send(teacher, wall())["Retry-After"] == "1"
    colleague = Client()
    colleague.force_login(make_teacher())
    assert send(colleague, wall()).status_code == 200
    monkeypatch.setattr("sessions.teaching.try_it.time.time", lambda: 1001.0)
    assert send(teacher, wall()).status_code == 200


def test_while_the_model_is_loading_the_page_is_told_to_come_again(
    teacher: Client, serving: Runtime
) -> None:
    answer = send(teacher, wall())
    assert (answer.status_code, answer.json()["error"]) == (503, "loading")
    assert int(answer["Retry-After"]) > 0


@pytest.mark.usefixtures("ready")
def test_when_others_take_too_long_the_page_is_told_to_come_again(
    teacher: Client, serving: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inference.service.PICTURE_WAIT_S", 0.01)
    held = threading.Event()
    serving.service._pictures.submit(held.wait, 30)
    answer = send(teacher, wall())
    held.set()
    assert (answer.status_code, answer.json()["error"]) == (503, "busy")


def test_strangers_are_sent_to_sign_in(client: Client) -> None:
    assert client.get("/try/")["Location"] == "/accounts/login/?next=/try/"
    assert send(client, wall())["Location"].startswith("/accounts/login/")


@pytest.mark.django_db
def test_a_picture_without_the_token_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_teacher())
    assert send(client, wall()).status_code == 403


def test_the_page_is_in_the_navigation_and_asks_for_no_get_of_the_answer(teacher: Client) -> None:
    page = teacher.get("/try/").content.decode()
    assert '<a href="/try/" aria-current="page">Try it</a>' in page
    assert all(f'data-emotion="{emotion}"' in page for emotion in EMOTIONS)
    assert teacher.get(ADDRESS).status_code == 405


def test_under_the_presence_policy_faces_have_boxes_alone(
    teacher: Client, settings: Settings, request: pytest.FixtureRequest, group_jpeg: bytes
) -> None:
    settings.POLICY = "presence"
    request.getfixturevalue("ready")
    assert "data-emotion" not in teacher.get("/try/").content.decode()
    seen = send(teacher, group_jpeg).json()
    assert (seen["models"], len(seen["faces"])) == ([], 5)
    assert [face["estimates"] for face in seen["faces"]] == [[]] * 5


# On a real server ---------------------------------------------------------------------------

AUDIT = """
import os, sys, threading

def watch(event, arguments):
    if event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        os.write(log, f"{arguments[0]}\\n".encode())

log = os.open(os.environ["WRITES_LOG"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
sys.addaudithook(watch)
"""


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Path, Path]]:
    """A server, its empty TMPDIR, and a log of each path that it opens for writing.

    The log is needed, because a temporary file without a name shows up in no folder.
    """
    folder = tmp_path_factory.mktemp("watched")
    (folder / "sitecustomize.py").write_text(AUDIT)
    (folder / "tmp").mkdir()
    log = folder / "writes.log"
    with running_server(
        POLICY="presence", PYTHONPATH=str(folder), TMPDIR=str(folder / "tmp"), WRITES_LOG=str(log)
    ) as server:
        yield server, folder / "tmp", log


def post(teacher: Teacher, body: bytes, *, chunked: bool = False) -> tuple[int, bytes]:
    """Send a body as an own client may: at once, or in chunks without telling its length.

    Goes on for as long as it is too fast.
    """
    cookies = {cookie.name: str(cookie.value) for cookie in teacher.jar}
    headers = {
        "Content-Type": "image/jpeg",
        "Cookie": teacher.cookies,
        "X-CSRFToken": cookies["csrftoken"],
    }
    connection = http.client.HTTPConnection("127.0.0.1", teacher.server.port, timeout=30)
    content = (body[at : at + 65536] for at in range(0, len(body), 65536)) if chunked else body
    connection.request("POST", ADDRESS, content, headers, encode_chunked=chunked)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status == 429:
        time.sleep(0.5)
        return post(teacher, body, chunked=chunked)
    return answer.status, text


def test_a_picture_of_any_size_is_never_written_to_disk(
    watched: tuple[Server, Path, Path], group_jpeg: bytes
) -> None:
    server, temporary, log = watched
    teacher = Teacher(server)
    teacher.get("/try/")
    log.write_text("")
    small, large = group_jpeg, group_jpeg + bytes(1_500_000)
    for body, status in ((small, 200), (large, 200), (bytes(2_400_000), 413), (bytes(9**8), 413)):
        for chunked in (False, True):
            assert post(teacher, body, chunked=chunked)[0] == status
    assert len(json.loads(post(teacher, large)[1])["faces"]) == 5
    assert list(temporary.iterdir()) == []
    assert log.read_text() == ""
