"""Reports on paper: what Chromium's PDF of them holds."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Page

from sessions.demo.lessons import EMAIL, PASSWORD
from tests.conftest import skip_or_fail
from tests.e2e.browser import chromium, flag
from tests.e2e.pages import sign_in
from tests.server import Server

A4_POINTS = (595, 842)


def printed(page: Page, address: str, folder: Path) -> list[str]:
    """The text of each page of the PDF; all pages are A4."""
    if shutil.which("pdftotext") is None:
        skip_or_fail("pdftotext is not installed: apt-get install poppler-utils")
    page.goto(address)
    flag(page, "ready", "true")
    file = folder / "printed.pdf"
    page.pdf(path=file, prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    size = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told)
    assert size is not None
    assert tuple(round(float(part)) for part in size.groups()) == A4_POINTS
    text = subprocess.run(
        ["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True
    ).stdout
    return text.split("\f")[:-1]


def test_reports_print_to_a4_without_what_is_pressed(server: Server, tmp_path: Path) -> None:
    small = ("--sessions=3", "--students=8", "--minutes=20", "--interval=5")
    course = json.loads(server.manage("seed_semester", "--json", *small))["course_url"]
    session = server.query("SELECT MAX(id) FROM class_sessions_classsession")[0][0]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme="dark")
        sign_in(page, server.base_url, EMAIL, PASSWORD)
        for address, heads in (
            (f"/sessions/{session}/report/", ("Levels over the lesson", "Attendance register")),
            (f"{course}trends/", ("Since last time", "Engagement by session", "Sessions")),
        ):
            pages = printed(page, f"{server.base_url}{address}", tmp_path)
            assert 2 <= len(pages) <= 7
            for number, text in enumerate(pages, 1):
                assert f"{number} of {len(pages)}" in text
                assert "never a grade" in text
            whole = " ".join(pages)
            assert all(head in whole for head in heads)
            for pressed in ("Sign out", "Export", "Drag across", "Your notes", "Remove"):
                assert pressed not in whole
        # A chart fits the paper, whatever the screen was.
        page.emulate_media(media="print")
        page.wait_for_function(
            "[...document.querySelectorAll('.main-svg')].every(svg => svg.clientWidth <= 650)"
        )
