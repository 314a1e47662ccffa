"""Every page, in both themes, wide and narrow: what axe objects to, its weight, who is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Error, Page, Response

from tests.classroom import Pupil
from tests.e2e.browser import chromium, flag
from tests.e2e.pages import CONFIRMED, Role, Site, confirm, enter, make_site, read_a_list
from tests.server import running_server

AXE: Final = AXE_FILE_PATH.read_text(encoding="utf-8")
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
MOST_BYTES: Final = 150_000
"""Of a page without plotly.js, as it is transferred to a browser that comes for the first time."""
LOOKS: Final[tuple[tuple[Literal["light", "dark"], int], ...]] = (
    ("light", 1440), ("dark", 390),
)  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with running_server() as server:
        made = make_site(server)
        Pupil(server, made.code, "Somebody")
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def objections(page: Page) -> list[str]:
    """What axe finds, as rule and element."""
    page.evaluate(AXE)
    found: list[dict[str, Any]] = page.evaluate(
        "async (tags) => (await axe.run({ runOnly: tags })).violations", list(RULES)
    )
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def prepare(page: Page, site: Site, name: str) -> None:
    """Bring the page into the state that its name says."""
    if name.startswith("live") or name == "display":
        flag(page, "ready", "true")
    if name in ("report", "report-stretch", "trends", "compare", "student", "receipt"):
        flag(page, "ready", "true", timeout_s=30)
    if name in CONFIRMED:
        confirm(page, site)
    if name == "roster-read":
        read_a_list(page)
    if name == "live-table":
        page.get_by_role("button", name="Table", exact=True).click()
    if name == "live-student":
        page.get_by_role("button", name="Tiles", exact=True).click()
        page.locator("#students .tile").first.click()


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("role", ["stranger", "teacher", "student", "room"])
def test_every_page_is_accessible_fits_is_light_and_asks_nobody_else(
    browser: Browser, site: Site, role: Role, scheme: Literal["light", "dark"], width: int
) -> None:
    look: dict[str, Any] = {"color_scheme": scheme, "viewport": {"width": width, "height": 900}}
    first = browser.new_context(**look)
    enter(first.new_page(), site, role, f"Ada {scheme} {width}")
    found = {}
    for name, path in site.pages[role].items():
        # With nothing in its cache, as on a first visit.
        context = browser.new_context(**look, storage_state=first.storage_state())
        page = context.new_page()
        seen = Seen(site.base_url)
        page.on("response", seen.hear)
        page.on("pageerror", seen.fail)
        page.goto(f"{site.base_url}{path}")
        prepare(page, site, name)
        seen.problems += objections(page)
        # Django's admin brings jQuery along.
        if seen.bytes > MOST_BYTES and not name.startswith("admin"):
            seen.problems.append(f"weighs {seen.bytes} bytes")
        if page.evaluate("document.documentElement.scrollWidth > innerWidth + 1"):
            seen.problems.append("wider than the window")
        if seen.problems:
            found[name] = seen.problems
        context.close()
    first.close()
    assert not found, json.dumps(found, indent=1)


@dataclass
class Seen:
    """What a page has asked for, and what is wrong with it."""

    base_url: str
    bytes: int = 0
    problems: list[str] = field(default_factory=list)

    def fail(self, error: Error) -> None:
        self.problems.append(str(error))

    def hear(self, answer: Response) -> None:
        if not answer.url.startswith((self.base_url, "data:", "blob:")):
            self.problems.append(f"asks {answer.url}")
        if "plotly" not in answer.url and answer.url.startswith("http"):
            headers = answer.headers
            self.bytes += int(headers.get("content-length", "0"))
