"""What devices differ in: light, networks, screens that lock; the page says what it does."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, expect

from tests.classroom import Teacher
from tests.e2e.browser import (
    chromium,
    chromium_with_tabs,
    flag,
    hide,
    make_still_camera,
    wait_answered,
)
from tests.server import Server


def test_in_the_dark_it_says_so_and_what_to_do(server: Server, tmp_path: Path) -> None:
    picture = tmp_path / "dark.png"
    cv2.imwrite(str(picture), np.full((720, 1280, 3), 8, np.uint8))
    session = Teacher(server).open_session()
    with chromium(make_still_camera(picture, tmp_path)) as browser:
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.goto(f"{server.base_url}/join/{session.code}/")
        page.fill("[name=display_name]", "Ada")
        page.get_by_role("button", name="I agree: join with my camera").click()
        wait_answered(page, 2)
        expect(page.locator("#seen")).to_have_text("No face in the picture")
        expect(page.locator("#faces")).to_contain_text("It is dark: turn to a window")
        expect(page.locator("#faces")).to_contain_text("count as away")


def test_pictures_become_smaller_on_a_slow_network_and_large_again(server: Server) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.goto(server.base_url)
        names = page.request.get(f"{server.base_url}/static/js/joining/picture_size.js")
        assert names.ok
        said = page.evaluate(
            """async (address) => {
              const { PictureSize } = await import(address);
              const size = new PictureSize(320);
              const after = (count, took) => {
                let changes = 0;
                for (let i = 0; i < count; i++) changes += Number(size.answered(took));
                return [size.width, size.isReduced, changes];
              };
              return [
                after(2, 3000), after(1, 100), after(2, 3000),
                after(1, 3000), after(9, 3000), after(100, 900),
                after(9, 100), after(1, 100), after(10, 100), after(50, 100),
              ];
            }""",
            names.url,
        )
    assert said[:3] == [[320, False, 0]] * 3
    assert said[3] == [240, True, 1]
    assert said[4] == [160, True, 1]
    assert said[5] == said[6] == [160, True, 0]
    assert said[7] == [240, True, 1]
    assert said[8] == [320, False, 1]
    assert said[9] == [320, False, 0]


def join(page: Page, base_url: str, code: str) -> None:
    page.goto(f"{base_url}/join/{code}/")
    page.fill("[name=display_name]", "Ada")
    page.get_by_role("button", name="I agree: join with my camera").click()
    wait_answered(page, 1)


def test_the_camera_is_checked_before_joining_and_goes_off_again(
    server: Server, camera: Path
) -> None:
    session = Teacher(server).open_session()
    with chromium(camera) as browser:
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        page.goto(f"{server.base_url}/join/{session.code}/")
        page.get_by_text("Check your camera first").click()
        expect(page.locator("#check-camera")).to_contain_text("off")
        page.get_by_role("button", name="Turn on the camera").click()
        expect(page.locator("#check-camera")).to_have_text("Your camera works.")
        expect(page.locator("#check-light")).to_have_text("There is enough light.")
        expect(page.locator("#check-face")).to_have_text("Your face is found.")
        live = "document.getElementById('check-video').srcObject?.active ?? false"
        assert page.evaluate(live)
        page.get_by_role("button", name="Turn it off").click()
        assert not page.evaluate(live)
        page.get_by_role("button", name="Turn on the camera").click()
        page.wait_for_function(f"() => {live}")
        page.get_by_text("Check your camera first").click()
        page.wait_for_function(f"() => !({live})")
    for table in ("participant", "sample"):
        where = f"FROM class_sessions_{table} WHERE session_id = {session.pk}"
        assert server.query(f"SELECT count(*) {where}") == [(0,)]


def test_a_check_says_what_is_wrong(server: Server, tmp_path: Path) -> None:
    picture = tmp_path / "dark.png"
    cv2.imwrite(str(picture), np.full((720, 1280, 3), 8, np.uint8))
    session = Teacher(server).open_session()
    with chromium(make_still_camera(picture, tmp_path)) as browser:
        page = browser.new_page()
        page.goto(f"{server.base_url}/join/{session.code}/")
        page.get_by_text("Check your camera first").click()
        page.get_by_role("button", name="Turn on the camera").click()
        expect(page.locator("#check-light")).to_contain_text("It is dark")
        expect(page.locator("#check-face")).to_contain_text("No face is found")
    with chromium(allow_camera=False) as browser:
        page = browser.new_page()
        page.goto(f"{server.base_url}/join/{session.code}/")
        page.get_by_text("Check your camera first").click()
        page.get_by_role("button", name="Turn on the camera").click()
        expect(page.locator("#check-camera")).to_contain_text("then try again")
        expect(page.get_by_role("button", name="Turn on the camera")).to_be_enabled()


def test_a_phone_that_was_locked_goes_on_by_itself(server: Server, camera: Path) -> None:
    session = Teacher(server).open_session()
    with chromium_with_tabs(camera) as context:
        page = context.new_page()
        join(page, server.base_url, session.code)
        other = hide(page)
        # As a phone does: the track ends while nobody looks at the page.
        page.evaluate(
            """() => {
              const [track] = document.getElementById("preview").srcObject.getTracks();
              track.stop();
              track.dispatchEvent(new Event("ended"));
            }"""
        )
        assert page.evaluate("document.documentElement.dataset.camera") == "busy"
        assert "goes on when you are back" in page.locator("#camera-text").inner_text()
        before = int(page.evaluate("document.documentElement.dataset.answered"))
        other.close()
        page.bring_to_front()
        flag(page, "camera", "on")
        wait_answered(page, before + 2)


def test_the_screen_stays_on_while_the_camera_is_and_may_go_off_after(
    server: Server, camera: Path
) -> None:
    session = Teacher(server).open_session()
    with chromium(camera) as browser:
        page = browser.new_page()
        page.add_init_script(
            """navigator.wakeLock.request = async (kind) => ({
              release: async () => { document.documentElement.dataset.released = kind; },
            });"""
        )
        join(page, server.base_url, session.code)
        flag(page, "awake", "true")
        page.get_by_role("button", name="Pause").click()
        flag(page, "released", "screen")
        assert page.evaluate("document.documentElement.dataset.awake") is None


def test_a_phone_that_is_turned_goes_on_and_fits(server: Server, camera: Path) -> None:
    session = Teacher(server).open_session()
    with chromium(camera) as browser:
        page = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        join(page, server.base_url, session.code)
        for width, height in ((844, 390), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            before = int(page.evaluate("document.documentElement.dataset.answered"))
            wait_answered(page, before + 1)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            video = page.locator("#preview").bounding_box()
            assert video is not None
            assert video["width"] <= width


def test_a_mini_view_stays_above_other_windows_and_a_phone_s_front_camera_is_asked_for(
    server: Server, camera: Path
) -> None:
    session = Teacher(server).open_session()
    with chromium(camera) as browser:
        page = browser.new_page()
        page.add_init_script(
            """Object.defineProperty(document, "pictureInPictureEnabled", { value: true });
            HTMLVideoElement.prototype.requestPictureInPicture = async function () {
              document.documentElement.dataset.mini = this.id;
            };
            const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = (wanted) => {
              document.documentElement.dataset.facing = wanted.video.facingMode.ideal;
              return open(wanted);
            };"""
        )
        join(page, server.base_url, session.code)
        flag(page, "facing", "user")
        page.get_by_role("button", name="Mini view").click()
        flag(page, "mini", "preview")
        page.get_by_role("button", name="Pause").click()
        expect(page.locator("#mini")).to_be_hidden()


def test_a_check_that_is_closed_while_the_browser_asks_leaves_the_camera_off(
    server: Server, camera: Path
) -> None:
    session = Teacher(server).open_session()
    with chromium(camera) as browser:
        page = browser.new_page()
        page.add_init_script(
            """const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
            navigator.mediaDevices.getUserMedia = async (wanted) => {
              await new Promise((resolve) => { window.allow = resolve; });
              window.opened = await open(wanted);
              return window.opened;
            };"""
        )
        page.goto(f"{server.base_url}/join/{session.code}/")
        page.get_by_text("Check your camera first").click()
        page.get_by_role("button", name="Turn on the camera").click()
        page.get_by_text("Check your camera first").click()
        page.evaluate("window.allow()")
        page.wait_for_function("() => window.opened && !window.opened.active")
