"""A room's camera in a real Chromium: all faces of its picture, and no row for any of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.classroom import Session, Teacher, until
from tests.e2e.browser import chromium, flag, make_still_camera, signed_in, wait_answered
from tests.server import Server

FACES = 5


@pytest.fixture(params=["of the tests", "of ../shared"])
def camera(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Five people before one webcam."""
    if request.param == "of the tests":
        return make_still_camera(request.getfixturevalue("group_photo"), tmp_path)
    return make_still_camera(request.getfixturevalue("shared") / "media/group_photo.jpg", tmp_path)


def room_link(teacher: Teacher, session: Session) -> str:
    _, lobby = teacher.post(f"/sessions/{session.pk}/room/allow/", page=f"/sessions/{session.pk}/")
    found = re.search(rf"/join/{session.code}/room/[\w-]+/", lobby)
    assert found, "the lobby shows no link for the room's camera"
    return found[0]


def test_five_faces_are_counted_and_shown_and_none_is_stored(server: Server, camera: Path) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    link = room_link(teacher, session)
    with chromium(camera) as browser:
        live = signed_in(browser, teacher)
        live.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        expect(live.locator("#room")).to_be_hidden()
        device = browser.new_context().new_page()
        problems: list[str] = []
        device.on("pageerror", lambda error: problems.append(str(error)))
        device.goto(server.base_url + link)
        device.check("[name=agreed]")
        device.get_by_role("button", name="Use this device").click()
        flag(device, "socket", "open")
        expect(live.locator("#room")).to_contain_text("Its camera is off")
        device.get_by_role("button", name="Turn on camera").click()
        wait_answered(device, 2)
        expect(device.locator("#count")).to_have_text(str(FACES))
        expect(device.locator("#boxes .face-box")).to_have_count(FACES)
        expect(device.locator("#facing .value")).to_contain_text("%")
        expect(live.locator("#room-faces")).to_have_text(f"{FACES} faces")
        expect(live.locator("#room-note")).to_contain_text("face it")

        device.get_by_role("button", name="Pause").click()
        expect(device.locator("#boxes .face-box")).to_have_count(0)
        expect(live.locator("#room-note")).to_have_text("Its camera is paused")
        device.get_by_role("button", name="Resume").click()
        flag(device, "camera", "on")
        teacher.post(f"/sessions/{session.pk}/room/end/", page=f"/sessions/{session.pk}/")
        expect(device.get_by_role("heading", level=1)).to_contain_text("This device is not")
        expect(live.locator("#room")).to_be_hidden(timeout=15_000)
        assert not problems

    where = f"where session_id = {session.pk}"
    until(lambda: server.query(f"select count(*) from class_sessions_roomsample {where}") > [(1,)])
    rows = server.query(
        "select distinct faces, happy is not null, detector, model_name "
        f"from class_sessions_roomsample {where}"
    )
    assert rows == [(FACES, 1, "yunet", "vggface2_resnet50")]
    assert server.query(f"select count(*) from class_sessions_sample {where}") == [(0,)]
    assert server.query(f"select count(*) from class_sessions_participant {where}") == [(0,)]
