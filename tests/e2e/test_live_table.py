"""The students of the live page as a table: sorted, searched, pinned; in a real Chromium."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.classroom import Pupil, Teacher, empty_frame
from tests.e2e.browser import chromium, flag, signed_in
from tests.server import Server

NAMES = ("Ada", "Ben", "Cleo")


@contextmanager
def attended(away: Pupil, without_camera: Pupil) -> Iterator[None]:
    """One is before the camera without a face in view, the other has none on."""
    over = threading.Event()

    async def attend() -> None:
        async with away.socket() as socket, without_camera.socket():
            await socket.say(type="camera", state="on")
            while not over.is_set():
                await socket.frame(empty_frame())
                await asyncio.sleep(0.5)

    thread = threading.Thread(target=lambda: asyncio.run(attend()))
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def order(page: Page) -> list[str]:
    """The names in the table that can be seen, from above."""
    rows = page.locator("#student-rows tr:not([hidden]) th > span")
    return [text.strip() for text in rows.all_inner_texts()]


def test_the_table_is_sorted_searched_and_pinned_and_remembers_it(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    ada, ben, cleo = (Pupil(server, session.code, name) for name in NAMES)
    assert cleo is not None
    with attended(away=ben, without_camera=ada), chromium() as browser:
        page = signed_in(browser, teacher)
        page.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        flag(page, "socket", "open")
        page.get_by_role("button", name="Table", exact=True).click()
        expect(page.locator("#students")).to_be_hidden()
        assert order(page) == list(NAMES)
        head = page.get_by_role("columnheader", name="Student")
        expect(head).to_have_attribute("aria-sort", "ascending")
        head.get_by_role("button").focus()
        page.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", "descending")
        assert order(page) == list(reversed(NAMES))

        # Who is away comes first, then who is there without a camera, then who has gone.
        row = page.locator("#student-rows tr", has_text="Ben")
        expect(row).to_contain_text("Away", timeout=15_000)
        page.get_by_label("Sort by").select_option("attention")
        assert order(page) == ["Ben", "Ada", "Cleo"]
        expect(page.get_by_role("columnheader", name="May need attention")).to_have_attribute(
            "aria-sort", "ascending"
        )

        page.get_by_role("button", name="Pin Cleo").click()
        assert order(page) == ["Cleo", "Ben", "Ada"]
        page.reload()
        flag(page, "socket", "open")
        expect(page.locator("#students-table")).to_be_visible()
        expect(page.get_by_role("button", name="Pin Cleo")).to_have_attribute(
            "aria-pressed", "true"
        )
        assert order(page)[0] == "Cleo"

        page.locator("h1").click()
        page.keyboard.press("/")
        expect(page.locator("#search")).to_be_focused()
        page.keyboard.type("be")
        assert order(page) == ["Ben"]
        page.keyboard.type("xyz")
        expect(page.locator("#none-found")).to_be_visible()
        page.keyboard.press("Escape")
        assert len(order(page)) == len(NAMES)
        expect(page.locator("#none-found")).to_be_hidden()


def test_falling_is_the_last_minute_against_the_four_before(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium() as browser:
        page = signed_in(browser, teacher)
        page.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        module = page.evaluate(
            "() => performance.getEntriesByType('resource').map(one => one.name)"
            ".find(name => /live\\/attention/.test(name))"
        )
        said = page.evaluate(
            """async (module) => {
              const { isFalling, needOf, place } = await import(module);
              const trail = (before, lately) =>
                [...Array(24)].map((_, i) => [i * 10, before])
                  .concat([...Array(6)].map((_, i) => [240 + i * 10, lately]));
              const here = { status: "here", direction: "facing", engagement: 0.4 };
              return {
                falls: isFalling(trail(0.7, 0.5), 290),
                little: isFalling(trail(0.7, 0.6), 290),
                rises: isFalling(trail(0.5, 0.8), 290),
                unknown: isFalling(trail(null, 0.1), 290),
                need: needOf(here, trail(0.7, 0.5), 290),
                turned: needOf({ ...here, direction: "turned" }, trail(0.7, 0.5), 290),
                order: [
                  place({ ...here, status: "away" }, "away"),
                  place(here, "turned"),
                  place(here, "falling"),
                  place({ ...here, engagement: 0.2 }, null),
                  place({ ...here, engagement: 0.9 }, null),
                  place({ ...here, engagement: null }, null),
                  place({ ...here, status: "paused" }, null),
                ],
              };
            }""",
            module,
        )
    assert (said["falls"], said["little"], said["rises"], said["unknown"]) == (
        True, False, False, False,
    )  # fmt: skip
    assert (said["need"], said["turned"]) == ("falling", "turned")
    assert said["order"] == sorted(said["order"])
    assert len(set(said["order"])) == len(said["order"])
