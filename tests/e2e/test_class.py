"""A class from sign-up to report: real Chromium, real Daphne, a real face in the camera."""

import csv
import io
import json
import re
import time
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from inference.labels import EMOTIONS
from tests.classroom import until
from tests.e2e.browser import chromium, flag, wait_answered
from tests.server import Server, running_server

PASSWORD: Final = "correct-horse-battery"
VIDEO_SECONDS: Final = 12.5
"""Less than the video lasts: Chromium would begin it anew."""

SAD_LIKE: Final = ("angry", "disgust", "fear", "sad")
JPEG_MARKS: Final = (b"\xff\xd8\xff\xe0\x00\x10JFIF", b"/9j/4AAQ")
"""How a JPEG of a browser begins, plain and in base64."""


def sign_up(page: Page, base_url: str) -> None:
    page.goto(f"{base_url}/accounts/signup/")
    page.fill("[name=email]", "teacher@example.org")
    page.fill("[name=password1]", PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/sessions/")


def start_session(page: Page, base_url: str) -> str:
    """Create a session in a new course and start it; the join code."""
    page.goto(f"{base_url}/sessions/new/")
    page.fill("[name=title]", "Optics")
    page.fill("[name=new_course]", "Physics")
    page.get_by_text("Settings").click()
    page.fill("[name=interval_s]", "0.5")
    page.get_by_role("button", name="Create session").click()
    code = page.locator("p.code").inner_text()
    page.get_by_role("button", name="Start session").click()
    page.wait_for_url("**/live/")
    flag(page, "socket", "open")
    return code


def join_and_turn_on_camera(page: Page, base_url: str, code: str) -> None:
    page.goto(f"{base_url}/join/")
    page.fill("[name=code]", code.lower())
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/join/{code}/")
    page.fill("[name=display_name]", "Ada")
    page.keyboard.press("Enter")
    agree = page.get_by_role("button", name="I agree: join with my camera")
    expect(agree).to_be_focused()
    expect(page).to_have_url(re.compile(rf"/join/{code}/$"))  # no consent, no class
    agree.click()
    page.wait_for_url("**/class/")
    flag(page, "socket", "open")
    wait_answered(page, 1)


def watch(page: Page, seconds: float) -> list[str]:
    """What the student's card on the dashboard says, read four times a second."""
    seen = []
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        seen.append(page.locator("#students").inner_text().lower())
        page.wait_for_timeout(250)
    return seen


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=name, exact=True).click()
    return Path(waiting.value.path()).read_bytes()


def dominant(rows: list[tuple[Any, ...]]) -> str:
    return str(Counter(row[1] for row in rows if row[1]).most_common(1)[0][0])


def stored(server: Server) -> list[tuple[Any, ...]]:
    """Second, emotion, engagement and the seven probabilities of every sample."""
    return server.query(
        f"SELECT second, emotion, engagement, {', '.join(EMOTIONS)} "
        "FROM class_sessions_sample ORDER BY at"
    )


def is_all_stored(server: Server) -> bool:
    """Whether every answered frame has its sample: they are written once a second."""
    health = server.health()
    return bool(health["samples_stored"] == health["frames_answered"])


def check_exports(page: Page, rows: list[tuple[Any, ...]]) -> None:
    engagement = [row[2] for row in rows if row[2] is not None]
    mean = sum(engagement) / len(engagement)

    lines = list(csv.DictReader(io.StringIO(download(page, "CSV: samples").decode("utf-8-sig"))))
    assert [line["emotion"] for line in lines] == [row[1] for row in rows]
    values = [float(line["engagement"]) for line in lines if line["engagement"]]
    assert values == pytest.approx(engagement, abs=1e-3)

    (student,) = csv.DictReader(io.StringIO(download(page, "CSV: students").decode("utf-8-sig")))
    assert (student["student"], int(student["samples"])) == ("Ada", len(rows))
    assert float(student["engagement"]) == pytest.approx(mean, abs=1e-3)

    file = io.BytesIO(download(page, "Excel"))
    book = openpyxl.load_workbook(file)
    assert book["Samples"].max_row == len(rows) + 1
    summary = {row[0].value: row[1].value for row in book["Summary"].iter_rows(max_col=2)}
    assert summary["Mean engagement"] == pytest.approx(mean, abs=1e-3)
    parts = zipfile.ZipFile(file).namelist()
    assert len([part for part in parts if part.startswith("xl/charts/chart")]) >= 2

    report = json.loads(download(page, "JSON"))
    assert len(report["samples"]) == len(rows)


def check_html_opens_offline(page: Page, context: BrowserContext, folder: Path) -> None:
    file = folder / "report.html"
    file.write_bytes(download(page, "HTML"))
    offline = context.new_page()
    asked: list[str] = []
    offline.on("request", lambda request: asked.append(request.url))
    offline.goto(file.as_uri())
    expect(offline.locator(".js-plotly-plot").first).to_be_visible()
    assert offline.locator(".js-plotly-plot").count() >= 3
    assert "Ada" in offline.locator("table:visible").first.inner_text()
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    offline.close()


def files_with_a_frame(folder: Path) -> list[Path]:
    return [
        file
        for file in folder.rglob("*")
        if file.is_file()
        and not file.is_symlink()
        and any(mark in file.read_bytes() for mark in JPEG_MARKS)
    ]


def test_a_class_runs_from_sign_up_to_report(camera: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with (
        running_server(TMPDIR=str(temporary)) as server,
        chromium(camera) as browser,
    ):
        teacher = browser.new_context(accept_downloads=True)
        live = teacher.new_page()
        sign_up(live, server.base_url)
        code = start_session(live, server.base_url)

        student = browser.new_context().new_page()
        join_and_turn_on_camera(student, server.base_url, code)
        cards = watch(live, VIDEO_SECONDS)
        assert any("ada" in card for card in cards)
        half = len(cards) // 2
        assert any(name in card for card in cards[:half] for name in SAD_LIKE)
        # A label is that of some seconds.
        assert any("happy" in card for card in cards[-half // 2 :])

        live.get_by_role("button", name="End session").click()
        live.get_by_role("button", name="End for everybody").click()
        live.wait_for_url("**/report/")
        expect(student.get_by_text(re.compile("ended", re.IGNORECASE)).first).to_be_visible()

        expect(live.locator(".js-plotly-plot").nth(2)).to_be_visible()
        until(lambda: is_all_stored(server))
        rows = stored(server)
        assert len(rows) > VIDEO_SECONDS
        last = [row for row in rows if row[0] >= rows[-1][0] * 2 / 3]
        first = [row for row in rows if row[0] <= rows[-1][0] / 3]
        assert dominant(last) == "happy"
        assert dominant(first) != "happy"

        live.reload()
        check_exports(live, rows)
        check_html_opens_offline(live, teacher, tmp_path)
        assert files_with_a_frame(server.data_dir) == []
        assert files_with_a_frame(temporary) == []
    assert files_with_a_frame(temporary) == []
