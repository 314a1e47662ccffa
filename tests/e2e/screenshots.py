"""Pictures of every page: python -m tests.e2e.screenshots [FOLDER]

Starts the site with the demonstration data and a made-up class, and photographs each page at
1440 and 390 px, light and dark. Without a folder the README's pictures are made anew, in
docs/screenshots, and the front page's, in static/pictures. The student's own page shows a video
of ../shared.
"""

import argparse
import math
import tempfile
from pathlib import Path
from typing import Final, Literal

import cv2
from playwright.sync_api import Browser, FloatRect, Page

from tests.conftest import ROOT
from tests.e2e.browser import WIDTHS, chromium, flag, make_camera_file
from tests.e2e.made_up_class import made_up_class
from tests.e2e.pages import CONFIRMED, Role, Site, confirm, enter, make_site, read_a_list
from tests.server import running_server

README_FOLDER: Final = ROOT / "docs" / "screenshots"
README_PAGES: Final = {
    ("live", 1440), ("report", 1440), ("consent", 390), ("live", 390), ("sessions", 1440),
    ("trends", 1440), ("display", 1440),
}  # fmt: skip
"""Without the student's own page: the videos show people, and nothing of them is copied here."""
QUALITY: Final = [cv2.IMWRITE_WEBP_QUALITY, 80, cv2.IMWRITE_JPEG_QUALITY, 82]
FRONT_FOLDER: Final = ROOT / "static" / "pictures"
FRONT: Final = {"live.webp": (1240, 700), "card.jpg": (1200, 630)}
"""Of the live page: what the front page shows, and what other sites show with a link to it."""

MEDIA: Final = ROOT.parent / "shared" / "media"
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
STUDENTS: Final = 18
README_HEIGHT: Final = 1700
"""Pixels: a picture in the README shows the head of a long page."""
WARM_UP_MS: Final = 25_000


def open_page(page: Page, site: Site, name: str, address: str) -> None:
    """Open a page and bring it into the state that its name says."""
    page.goto(address)
    page.wait_for_load_state("load")
    if name in CONFIRMED:
        confirm(page, site)
    if name == "roster-read":
        read_a_list(page)
    if name in ("class", "room"):
        flag(page, "socket", "open")
        page.get_by_role("button", name="Turn on camera").click()
    if name in ("class", "room", "live", "live-table", "live-student"):
        page.wait_for_timeout(4000)
    if name == "live-table":
        page.get_by_role("button", name="Table", exact=True).click()
    if name == "live-student":
        page.get_by_role("button", name="Tiles", exact=True).click()
        page.locator("#students .tile").nth(2).click()
    # What is drawn only when it comes into view.
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_timeout(1500)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)


def photograph(page: Page, file: Path, tallest: float) -> None:
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    area: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(height, tallest)}
    page.screenshot(path=file, full_page=True, clip=area)
    print(file)


def visit(
    browser: Browser, site: Site, role: Role, pages: dict[str, str], folder: Path, readme_only: bool
) -> None:
    for scheme in SCHEMES[:1] if readme_only else SCHEMES:
        for width in WIDTHS:
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 900}
            )
            page = context.new_page()
            enter(page, site, role, f"Ada {width} {scheme}")
            for name, path in pages.items():
                if readme_only and (name, width) not in README_PAGES:
                    continue
                mark = "" if readme_only else f"-{scheme}"
                open_page(page, site, name, f"{site.base_url}{path}")
                tallest = README_HEIGHT if readme_only else math.inf
                photograph(page, folder / f"{name}-{width}{mark}.png", tallest)
            context.close()


def picture_the_front_page(browser: Browser, site: Site) -> None:
    """The live page at the sizes of FRONT, small enough for every visitor."""
    for file, (width, height) in FRONT.items():
        page = browser.new_context(viewport={"width": width, "height": height}).new_page()
        enter(page, site, "teacher", "")
        open_page(page, site, "live", f"{site.base_url}{site.pages['teacher']['live']}")
        taken = FRONT_FOLDER / "taken.png"
        page.screenshot(path=taken)
        image = cv2.imread(str(taken))
        taken.unlink()
        assert image is not None
        cv2.imwrite(str(FRONT_FOLDER / file), image, QUALITY)
        print(FRONT_FOLDER / file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", nargs="*", help="names of pages")
    options = parser.parse_args()
    folder: Path = options.folder or README_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        running_server(RECORDED_FRAMES="1") as server,
        chromium(make_camera_file(MEDIA / "sad_to_happy.mp4", Path(temporary))) as browser,
    ):
        site = make_site(server)
        with made_up_class(server, site.code, STUDENTS):
            browser.new_page().wait_for_timeout(WARM_UP_MS)
            if options.folder is None:
                picture_the_front_page(browser, site)
            for role, pages in site.pages.items():
                wanted = {n: p for n, p in pages.items() if not options.only or n in options.only}
                if wanted:
                    visit(browser, site, role, wanted, folder, options.folder is None)


if __name__ == "__main__":
    main()
