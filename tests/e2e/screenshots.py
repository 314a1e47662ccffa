"""Pictures of every page: python -m tests.e2e.screenshots [FOLDER]

Starts the site with the demonstration data and a simulated class, and photographs each page at
1440 and 390 px, light and dark. Without a folder only the README's pictures are made anew, in
docs/screenshots. The simulated class needs the videos of ../shared.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, FloatRect, Page

from tests.conftest import ROOT
from tests.e2e.browser import WIDTHS, chromium, flag, make_camera_file
from tests.server import Server, running_server

README_FOLDER: Final = ROOT / "docs" / "screenshots"
README_PAGES: Final = {("live", 1440), ("report", 1440), ("consent", 390), ("live", 390)}
"""Without the student's own page: the videos show people, and nothing of them is copied here."""

MEDIA: Final = ROOT.parent / "shared" / "media"
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
STUDENTS: Final = 12
README_HEIGHT: Final = 1700
"""Pixels: a picture in the README shows the head of a long page."""
WARM_UP_MS: Final = 25_000


def sign_in(page: Page, base_url: str, email: str, password: str) -> None:
    page.goto(f"{base_url}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sessions/")


@contextmanager
def simulated_class(server: Server, code: str) -> Iterator[None]:
    """Students that send frames for as long as pictures are taken."""
    process = subprocess.Popen(
        [
            *(sys.executable, "manage.py", "simulate_class", "--url", server.base_url),
            *("--join", code, "--students", str(STUDENTS), "--fps", "0.5", "--seconds", "600"),
            *("--video", str(MEDIA / "sad_to_happy.mp4"), str(MEDIA / "neutral_to_happy.mp4")),
        ],
        cwd=ROOT,
        env=server.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def addresses(server: Server, code: str) -> dict[str, dict[str, str]]:
    """Path by picture's name, for a stranger, a teacher and a student."""

    def one(sql: str) -> int:
        return int(server.query(sql)[0][0])

    table = "class_sessions_"
    live = one(f"SELECT id FROM {table}classsession WHERE code = '{code}'")
    ended = one(
        f"SELECT session_id FROM {table}sample GROUP BY session_id ORDER BY count(*) DESC LIMIT 1"
    )
    course = one(f"SELECT course_id FROM {table}classsession WHERE id = {ended}")
    server.manage("shell", "-c", ADD_EMPTY.format(live=live))
    empty = one(f"SELECT max(id) FROM {table}classsession")
    student = one(f"SELECT id FROM {table}student WHERE course_id = {course} LIMIT 1")
    server.manage("shell", "-c", ADD_RECEIPT.format(session=ended, token=RECEIPT_TOKEN))
    (over,) = server.query(f"SELECT code FROM {table}classsession WHERE id = {ended}")[0]
    return {
        "stranger": {
            "home": "/",
            "sign-in": "/accounts/login/",
            "sign-up": "/accounts/signup/",
            "reset": "/accounts/password/reset/",
            "privacy": "/privacy/",
            "code": "/join/",
            "unknown-code": "/join/ZZZZZZ/",
            "consent": f"/join/{code}/",
            "receipt": f"/join/{over}/me/{RECEIPT_TOKEN}/",
            "not-found": "/nowhere/",
        },
        "teacher": {
            "sessions": "/sessions/",
            "session-new": "/sessions/new/",
            "lobby": f"/sessions/{live}/",
            "qr": f"/sessions/{live}/qr/",
            "end": f"/sessions/{live}/end/",
            "live": f"/sessions/{live}/live/",
            "live-table": f"/sessions/{live}/live/",
            "live-student": f"/sessions/{live}/live/",
            "live-empty": f"/sessions/{empty}/live/",
            "display": f"/sessions/{live}/display/",
            "report": f"/sessions/{ended}/report/",
            "report-stretch": f"/sessions/{ended}/report/?from=600&to=1500",
            "report-so-far": f"/sessions/{live}/report/",
            "try-it": "/try/",
            "courses": "/courses/",
            "course": f"/courses/{course}/",
            "trends": f"/courses/{course}/trends/",
            "compare": f"/courses/{course}/compare/",
            "attendance": f"/courses/{course}/attendance/",
            "course-edit": f"/courses/{course}/edit/",
            "student": f"/courses/{course}/students/{student}/",
            "account": "/accounts/email/",
            "password": "/accounts/password/change/",
            "admin": "/admin/",
            "admin-sessions": "/admin/class_sessions/classsession/",
            "admin-samples": "/admin/class_sessions/sample/",
        },
        "student": {"class": f"/join/{code}/class/"},
        "room": {"room-consent": f"/join/{code}/room/{ROOM_KEY}/", "room": f"/join/{code}/room/"},
    }


def join(page: Page, base_url: str, code: str, name: str) -> None:
    page.goto(f"{base_url}/join/{code}/")
    page.fill("[name=display_name]", name)
    page.get_by_role("button", name="join without a camera").click()
    page.wait_for_url("**/class/")


def photograph(page: Page, name: str, address: str, file: Path, tallest: float) -> None:
    page.goto(address)
    page.wait_for_load_state("load")
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
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    area: FloatRect = {"x": 0, "y": 0, "width": width, "height": min(height, tallest)}
    page.screenshot(path=file, full_page=True, clip=area)


def visit(
    browser: Browser, server: Server, role: str, pages: dict[str, Path | str], folder: Path,
    login: tuple[str, str], code: str, readme_only: bool,
) -> None:  # fmt: skip
    for scheme in SCHEMES[:1] if readme_only else SCHEMES:
        for width in WIDTHS:
            context = browser.new_context(
                color_scheme=scheme, viewport={"width": width, "height": 900}
            )
            page = context.new_page()
            if role == "teacher":
                sign_in(page, server.base_url, *login)
            if role == "student":
                # A name is taken once it has joined.
                join(page, server.base_url, code, f"Ada {width} {scheme}")
            if role == "room" and not readme_only:
                page.goto(f"{server.base_url}/join/{code}/room/{ROOM_KEY}/")
                page.check("[name=agreed]")
                page.get_by_role("button", name="Use this device").click()
            for name, path in pages.items():
                if readme_only and (name, width) not in README_PAGES:
                    continue
                mark = "" if readme_only else f"-{scheme}"
                file = folder / f"{name}-{width}{mark}.png"
                tallest = README_HEIGHT if readme_only else math.inf
                photograph(page, name, f"{server.base_url}{path}", file, tallest)
                print(file)
            context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--only", nargs="*", help="names of pages")
    options = parser.parse_args()
    folder: Path = options.folder or README_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as temporary,
        running_server() as server,
        chromium(make_camera_file(MEDIA / "sad_to_happy.mp4", Path(temporary))) as browser,
    ):
        demo = json.loads(server.manage("create_demo", "--json"))
        server.manage("shell", "-c", MAKE_STAFF.format(email=demo["email"]))
        code = demo["code"]
        server.manage("shell", "-c", ADD_ROOM.format(code=code, key=ROOM_KEY))
        with simulated_class(server, code):
            browser.new_page().wait_for_timeout(WARM_UP_MS)
            for role, pages in addresses(server, code).items():
                wanted = {n: p for n, p in pages.items() if not options.only or n in options.only}
                visit(
                    browser, server, role, dict(wanted), folder,
                    (demo["email"], demo["password"]), code, options.folder is None,
                )  # fmt: skip


MAKE_STAFF: Final = (
    "from django.contrib.auth.models import User; "
    "User.objects.filter(email='{email}').update(is_staff=True, is_superuser=True)"
)
RECEIPT_TOKEN: Final = "t" * 43
ADD_RECEIPT: Final = (
    "from sessions.codes import hash_token; "
    "from sessions.models import Dispute, Minute, Participant; "
    "pk = Minute.objects.filter(session={session}).first().participant_id; "
    "Participant.objects.filter(pk=pk).update(token_hash=hash_token('{token}')); "
    "Dispute.objects.create(participant_id=pk, first_second=600, last_second=780, "
    "reason='I was helping a classmate'); "
)
ROOM_KEY: Final = "k" * 43
ADD_ROOM: Final = (
    "from sessions.models import ClassSession; "
    "ClassSession.objects.filter(code='{code}').update(room_key='{key}')"
)
ADD_EMPTY: Final = (
    "from sessions.models import ClassSession; "
    "from sessions.services import start_session; "
    "course = ClassSession.objects.get(pk={live}).course; "
    "start_session(ClassSession.objects.create(course=course, title='The next lesson'))"
)

if __name__ == "__main__":
    main()
