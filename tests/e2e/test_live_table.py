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
    rows = page.locator("#student-rows tr:not([hidden]) th > button:last-child")
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
        page.get_by_label("Sort by").select_option("name")
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

        page.get_by_role("button", name="Pin Cleo").focus()
        page.keyboard.press("Enter")
        assert order(page) == ["Cleo", "Ben", "Ada"]
        # Who works by keyboard does not lose the place.
        expect(page.get_by_role("button", name="Pin Cleo")).to_be_focused()
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


def module_of(page: Page, name: str) -> str:
    """The address of a module that the live page has loaded."""
    found: str = page.evaluate(
        "name => performance.getEntriesByType('resource').map(one => one.name)"
        ".find(one => one.includes(`/live/${name}.`))",
        name,
    )
    return found


def test_falling_is_the_last_minute_against_the_four_before(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium() as browser:
        page = signed_in(browser, teacher)
        page.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        module = module_of(page, "attention")
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


def test_the_order_stands_still_while_it_is_used_and_too_little_data_is_last(
    server: Server,
) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium() as browser:
        page = signed_in(browser, teacher)
        page.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        said = page.evaluate(
            """async (module) => {
              const { Students } = await import(module);
              const part = (tag) => document.body.appendChild(document.createElement(tag));
              const tiles = part("ul"), rows = part("tbody"), noneFound = part("p");
              const students = new Students({ tiles, rows, noneFound }, true, "here", (id) => id);
              const make = (id, name, engagement, trail = []) => ({
                id, name, engagement, trail, simulated: false, status: "here", emotion: null,
                direction: "facing", level: "engaged", faces: 1,
              });
              const names = () => [...tiles.querySelectorAll("li:not([hidden]) .tile-name")]
                .map((one) => one.textContent);
              const falling = [...Array(24)].map((_, i) => [60 + i * 10, 0.9]);
              falling.push(...[...Array(5)].map((_, i) => [300 + i * 10, 0.5]));
              const here = [["Dora", 0.5, falling], ["Ben", 0.8], ["Ada", null]];
              students.load(here.map((one, i) => make(i + 1, ...one)).reverse(), 350);
              students.change({ order: "joined", isReversed: false });
              const joined = names();
              students.change({ order: "engagement" });
              const lowest = names();
              students.change({ isReversed: true });
              const highest = names();
              const badge = tiles.querySelector("li:nth-child(2) .tile-note").textContent;
              tiles.querySelector("button").focus();
              students.update([make(4, "Cleo", 0.99)], 361);
              const held = names();
              document.activeElement.blur();
              students.update([], 369);
              const early = names();
              students.update([], 371);
              const later = names();
              students.search("zo");
              const none = !noneFound.hidden;
              students.update([make(5, "Zoe", 0.7)], 372);
              return { joined, lowest, highest, badge, held, early, later, none,
                found: [names(), noneFound.hidden] };
            }""",
            module_of(page, "students"),
        )
    assert said["joined"] == ["Dora", "Ben", "Ada"]
    assert said["lowest"] == ["Dora", "Ben", "Ada"]
    assert said["highest"] == ["Ben", "Dora", "Ada"]
    assert said["badge"] == "Falling"
    assert said["held"] == said["early"] == [*said["highest"], "Cleo"]
    assert said["later"] == ["Cleo", "Ben", "Dora", "Ada"]
    assert said["none"]
    assert said["found"] == [["Zoe"], True]
