"""What students' devices differ in: dark rooms, slow networks; the page says what it does."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import expect

from tests.classroom import Teacher
from tests.e2e.browser import chromium, make_still_camera, wait_answered
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
