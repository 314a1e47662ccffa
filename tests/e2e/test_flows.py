"""The ways that people go most, with their clicks counted, on phone, tablet and desk."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.browser import chromium, wait_answered
from tests.server import Server

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
WIDTHS: Final = (390, 820, 1440)
_number = count(1)


class Clicks:
    """Clicks, and how many there were."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, target: Locator) -> None:
        target.click()
        self.count += 1


def within_view(page: Page, target: Locator) -> bool:
    """Whether it can be pressed without scrolling."""
    box = target.bounding_box()
    size = page.viewport_size
    return box is not None and size is not None and box["y"] + box["height"] <= size["height"]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_from_the_front_page_to_a_class_and_its_report(
    server: Server, camera: Path, scheme: Literal["light", "dark"], width: int
) -> None:
    look = {"width": width, "height": 844}
    with chromium(camera) as browser:
        page = browser.new_context(color_scheme=scheme, viewport=look).new_page()  # type: ignore[arg-type]
        clicks = Clicks()
        page.goto(server.base_url)
        clicks.on(page.get_by_role("link", name="Start a class"))
        page.fill("[name=email]", f"flow-{next(_number)}@example.org")
        page.fill("[name=password1]", "correct-horse-battery")
        clicks.on(page.get_by_role("button", name="Sign up"))
        clicks.on(page.get_by_role("button", name="Start now"))
        page.wait_for_url("**/live/")
        expect(page.locator("#state")).to_have_text("Live")
        assert clicks.count == 3
        code = page.locator(".big-code").inner_text()

        phone = browser.new_context(color_scheme=scheme, viewport=look)  # type: ignore[arg-type]
        student = phone.new_page()
        taps = Clicks()
        student.goto(f"{server.base_url}/join/{code}/")
        agree = student.get_by_role("button", name="I agree: join with my camera")
        assert within_view(student, agree)
        student.fill("[name=display_name]", "Ada")
        taps.on(agree)
        # The second tap is the browser's own question for the camera.
        wait_answered(student, 1)
        assert taps.count == 1

        tile = page.locator("#students .tile")
        expect(tile).to_contain_text("Ada")
        tile.click()
        expect(page.locator("#drawer")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#drawer")).to_be_hidden()
        expect(page.locator("#nobody")).to_be_hidden()

        ending = Clicks()
        ending.on(page.get_by_role("button", name="End session"))
        ending.on(page.get_by_role("button", name="End for everybody"))
        page.wait_for_url("**/report/")
        assert ending.count == 2
        expect(page.get_by_role("heading", level=1)).to_contain_text("Lesson of")
        expect(student.get_by_role("heading", level=1)).to_be_visible()

        page.goto(f"{server.base_url}/sessions/")
        again = Clicks()
        page.get_by_label("Start a lesson now").fill("Optics")
        again.on(page.get_by_role("button", name="Start now"))
        page.wait_for_url("**/live/")
        assert again.count <= 2


def test_colours_follow_the_device_until_the_viewer_chooses(server: Server) -> None:
    with chromium() as browser:
        page = browser.new_context(color_scheme="dark").new_page()
        page.goto(server.base_url)

        def background() -> str:
            return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

        dark = background()
        page.get_by_role("button", name="Light", exact=True).click()
        light = background()
        assert light != dark
        page.goto(f"{server.base_url}/privacy/")
        assert background() == light
        pressed = page.get_by_role("button", name="Light", exact=True)
        expect(pressed).to_have_attribute("aria-pressed", "true")
        page.get_by_role("button", name="As the device").click()
        assert background() == dark


def test_a_time_is_shown_in_the_viewers_zone(server: Server) -> None:
    with chromium() as browser:
        context = browser.new_context(timezone_id="Asia/Tokyo")
        page = context.new_page()
        page.goto(f"{server.base_url}/privacy/")
        module = page.evaluate(
            "performance.getEntriesByType('resource').map(one => one.name)"
            ".find(one => one.includes('/site/moments.'))"
        )
        said = page.evaluate(
            """async (address) => {
              const { moment, showMoments } = await import(address);
              const now = new Date("2026-11-23T03:00:00Z");
              document.body.insertAdjacentHTML("beforeend",
                '<time id="t" datetime="2020-01-06T23:30:00+00:00" data-moment>UTC</time>');
              showMoments(document);
              return [
                moment(new Date("2026-11-23T01:00:00Z"), now),
                moment(new Date("2026-11-22T01:00:00Z"), now),
                document.getElementById("t").textContent,
                document.getElementById("t").title,
              ];
            }""",
            module,
        )
        assert said[0] == "Today, 10:00"
        assert said[1] == "Yesterday, 10:00"
        assert said[2] == "Tue, 7 Jan 2020, 08:30" or said[2] == "Tue 7 Jan 2020, 08:30"
        assert re.search("Asia/Tokyo", said[3])
