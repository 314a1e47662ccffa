"""A student who turns away, in a real Chromium: told within seconds, and no emotion is claimed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.classroom import Session, Teacher, until
from tests.e2e.browser import chromium, flag, make_camera_file, signed_in, wait_answered
from tests.server import Server
from tests.turned_faces import write_turning_video

FACING_S = 8.0
TURNED_S = 40.0
TOLD_WITHIN_MS = 20_000


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody who faces the camera for some seconds and then turns away."""
    folder = tmp_path_factory.mktemp("turning")
    video = write_turning_video(folder / "turning.mp4", FACING_S, TURNED_S)
    return make_camera_file(video, folder)


def join(page: Page, server: Server, session: Session) -> None:
    page.goto(f"{server.base_url}/join/{session.code}/")
    page.fill("[name=display_name]", "Ada")
    page.get_by_role("button", name="join without a camera").click()
    page.wait_for_url("**/class/")
    flag(page, "socket", "open")
    page.get_by_role("button", name="Turn on camera").click()
    wait_answered(page, 1)


def test_who_turns_away_is_shown_so_and_no_emotion_is_claimed(server: Server, camera: Path) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium(camera) as browser:
        live = signed_in(browser, teacher)
        live.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        display = signed_in(browser, teacher)
        display.goto(f"{server.base_url}/sessions/{session.pk}/display/")
        flag(display, "ready", "true")
        student = browser.new_context().new_page()
        join(student, server, session)
        card = live.locator("#students li")
        expect(card).to_contain_text("Very engaged")
        expect(card.locator(".tile-note")).to_have_text("Happy")

        expect(display.locator("#levels")).to_contain_text("1 of 1 engaged")
        expect(live.locator("#levels .blocks .lv-very")).to_have_count(1)

        within = FACING_S * 1000 + TOLD_WITHIN_MS
        expect(card.locator(".level")).to_have_text("Turned away", timeout=within)
        expect(card.locator(".tile-note")).to_be_empty()
        expect(student.locator("#seen")).to_contain_text("Turned away: no emotion is estimated")
        expect(live.locator("#levels .legend")).to_contain_text("1Turned away")
        expect(live.locator("#needs [data-need=turned]")).to_contain_text("Ada")
        expect(display.locator(".blocks .lv-turned")).to_have_count(1)
        assert "Ada" not in display.locator("body").inner_text()
        card.locator(".tile").click()
        drawer = live.locator("#drawer")
        expect(drawer).to_contain_text("engagement 0.00", timeout=TOLD_WITHIN_MS)
    where = f"from class_sessions_sample where session_id = {session.pk} and direction = 'turned'"
    until(lambda: server.query(f"select count(*) {where}") > [(3,)])
    assert server.query(f"select count(*) {where} and (emotion <> '' or happy is not null)") == [
        (0,)
    ]
    assert server.query(f"select distinct detector, definition {where}") == [("yunet", "index-2")]
