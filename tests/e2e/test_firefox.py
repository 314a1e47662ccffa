"""A student's way in Firefox: it hands no camera track to a worker, so the page takes pictures."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from tests.classroom import Teacher
from tests.e2e.firefox import Page, firefox
from tests.server import Server

SHOW_A_FACE = """() => {
  const show = async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [320, 240];
    const picture = new Image();
    picture.src = "data:image/jpeg;base64,%s";
    await picture.decode();
    setInterval(() => canvas.getContext("2d").drawImage(picture, 0, 0), 100);
    return canvas.captureStream(10);
  };
  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = show;
}"""


@pytest.fixture
def phone() -> Iterator[Page]:
    with firefox(390, 844) as page:
        yield page


def join(page: Page, base_url: str, code: str) -> None:
    page.goto(f"{base_url}/join/{code}/")
    page.click("#id_display_name")
    page.type("Ada")
    page.click("[data-camera]")
    page.wait_for("document.documentElement.dataset.ready === 'true'")


def test_a_camera_goes_live_by_two_taps_and_can_be_paused(server: Server, phone: Page) -> None:
    session = Teacher(server).open_session()
    join(phone, server.base_url, session.code)
    assert phone.evaluate("typeof MediaStreamTrackProcessor") == "undefined"
    phone.wait_for("Number(document.documentElement.dataset.answered) >= 3")
    # Firefox's own camera for tests shows a pattern.
    assert phone.evaluate("document.getElementById('seen').textContent") == "No face in the picture"
    phone.click("#camera-pause")
    phone.wait_for("document.documentElement.dataset.camera === 'paused'")
    assert phone.evaluate("document.getElementById('preview').srcObject === null")
    phone.click("#camera-start")
    phone.wait_for("document.documentElement.dataset.camera === 'on'")
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert phone.evaluate(fits)


def test_a_face_is_seen_and_stored(server: Server, phone: Page, face_jpeg: bytes) -> None:
    session = Teacher(server).open_session()
    phone.before_scripts(SHOW_A_FACE % base64.b64encode(face_jpeg).decode())
    join(phone, server.base_url, session.code)
    phone.wait_for("Number(document.documentElement.dataset.answered) >= 3")
    phone.wait_for("!document.getElementById('face-box').hidden")
    assert phone.evaluate("document.getElementById('seen').textContent") != "No face in the picture"
    phone.goto(f"{server.base_url}/join/{session.code}/data/")
    where = f"session_id = {session.pk} AND faces = 1 AND emotion <> ''"
    ((stored,),) = server.query(f"SELECT count(*) FROM class_sessions_sample WHERE {where}")
    assert stored >= 1
