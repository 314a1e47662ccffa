"""The student's page in a real Chromium, with a real camera stream, against a real Daphne."""

import json
import re
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sessions.live.protocol import CloseCode
from tests.e2e.browser import (
    answered,
    chromium,
    chromium_with_tabs,
    flag,
    hide,
    wait_answered,
)
from tests.e2e.proxy import proxy_to
from tests.server import Server, running_server

INTERVAL_S = 0.3
"""Below the second to which Chromium slows down the timers of hidden pages."""

SESSIONS = 20
MAKE_TEACHER = """
import json
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from tests import factories
teacher = factories.make_teacher()
web = SessionStore()
web[SESSION_KEY] = str(teacher.pk)
web[BACKEND_SESSION_KEY] = "sessions.site.accounts.SiteBackend"
web[HASH_SESSION_KEY] = teacher.get_session_auth_hash()
web.create()
course = factories.make_course(teacher)
sessions = [factories.make_session(course, state, interval_s=%f, code=f"{state.upper()}{n}")
           for state in ("planned", "live") for n in range(%d)]
print(json.dumps([web.session_key, {session.code: session.pk for session in sessions}]))
"""


class School:
    """The server with a teacher, and with planned and live sessions, each to be used once."""

    def __init__(self, server: Server) -> None:
        self.server = server
        script = MAKE_TEACHER % (INTERVAL_S, SESSIONS)
        printed = server.manage("shell", "--no-imports", "-c", script)
        self.web_session, self.numbers = json.loads(printed.splitlines()[-1])
        self.used = dict.fromkeys(("PLANNED", "LIVE"), 0)

    def session(self, state: str = "LIVE") -> str:
        """The code of a session that no test has used yet."""
        self.used[state] += 1
        return f"{state}{self.used[state] - 1}"

    def teacher_posts(self, code: str, action: str) -> None:
        token = "t" * 32
        request = urllib.request.Request(
            f"{self.server.base_url}/sessions/{self.numbers[code]}/{action}/",
            data=b"",
            headers={
                "Cookie": f"sessionid={self.web_session}; csrftoken={token}",
                "X-CSRFToken": token,
            },
        )
        urllib.request.urlopen(request, timeout=20).close()

    def participants(self, code: str) -> list[tuple[Any, ...]]:
        """Name and camera of each, as stored."""
        return self.server.query(
            "select display_name, camera from class_sessions_participant "
            f"where session_id = {self.numbers[code]} order by id"
        )


@pytest.fixture(scope="module")
def school(server: Server) -> School:
    return School(server)


@pytest.fixture(scope="module")
def small_school() -> Iterator[School]:
    """One with another name, which a test may stop; without emotion it starts sooner."""
    with running_server(ALLOWED_HOSTS="127.0.0.1,school.test", POLICY="presence") as server:
        yield School(server)


def join(page: Page, school: School, code: str, base_url: str = "") -> None:
    """Join as a student does, up to the page with the camera still off."""
    page.goto(f"{base_url or school.server.base_url}/join/{code}/")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="join without a camera").click()
    flag(page, "socket", "open")
    flag(page, "camera", "off")


def turn_on(page: Page) -> None:
    page.get_by_role("button", name="Turn on camera").click()
    flag(page, "camera", "on")


def eventually(holds: Callable[[], bool], timeout_s: float = 5) -> bool:
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def data(page: Page, school: School, code: str) -> Any:
    return page.request.get(f"{school.server.base_url}/join/{code}/data/").json()


@pytest.fixture(scope="class")
def context(camera: Path) -> Iterator[BrowserContext]:
    with chromium(camera) as browser:
        yield browser.new_context()


class TestWithACamera:
    @pytest.fixture
    def page(self, context: BrowserContext) -> Iterator[Page]:
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page
        page.close()
        assert not problems

    def test_from_the_code_to_the_deletion(self, page: Page, school: School) -> None:
        code = school.session()
        page.goto(f"{school.server.base_url}/join/")
        page.get_by_label("Code of the class").fill(f"{code[:3]} {code[3:]}".lower())
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/join/{code}/")
        join(page, school, code)
        expect(page.locator("#preview")).to_be_hidden()

        turn_on(page)
        wait_answered(page, 3)
        expect(page.locator("#face-box")).to_be_visible()
        expect(page.locator("#note")).to_be_hidden()
        expect(page.locator(".bars")).to_contain_text(re.compile(r"\d %"))
        expect(page.locator("#engagement")).to_contain_text(re.compile(r"0\.\d\d"))
        assert page.locator("#preview").evaluate("video => video.videoWidth") == 640

        page.get_by_role("button", name="Pause").click()
        flag(page, "camera", "paused")
        before = answered(page)
        assert page.locator("#preview").evaluate("video => video.srcObject") is None
        assert eventually(lambda: school.participants(code) == [("Ada", "paused")])
        assert answered(page) <= before + 1
        page.get_by_role("button", name="Resume").click()
        wait_answered(page, before + 3)
        assert eventually(lambda: data(page, school, code)["samples"] >= 3)

        page.get_by_role("button", name="Leave the class").click()
        expect(page.get_by_role("heading", name="You have left this class")).to_be_visible()
        page.get_by_role("button", name="Delete my data").click()
        page.get_by_role("button", name="Keep it").click()
        page.get_by_role("button", name="Delete my data").click()
        page.get_by_role("button", name="Delete everything").click()
        expect(page.get_by_role("heading", name="Your data is deleted")).to_be_visible()
        assert school.participants(code) == []
        assert not [c for c in page.context.cookies() if c["name"].startswith("participant_")]

    def test_the_page_follows_the_session(self, page: Page, school: School) -> None:
        code = school.session("PLANNED")
        join(page, school, code)
        turn_on(page)
        expect(page.locator("#seen")).to_contain_text("Waiting for the teacher to start")
        school.teacher_posts(code, "start")
        wait_answered(page, 2)
        expect(page.locator("#session-state")).to_have_text("Live")
        school.teacher_posts(code, "end")
        expect(page.get_by_role("heading", name="This class has ended")).to_be_visible()
        expect(page.get_by_role("link", name="JSON")).to_be_visible()

    def test_opened_elsewhere_the_first_page_offers_to_come_back(
        self, page: Page, school: School
    ) -> None:
        join(page, school, school.session())
        turn_on(page)
        second = page.context.new_page()
        second.goto(page.url)
        flag(second, "socket", "open")
        flag(page, "socket", "closed")
        flag(page, "camera", "off")
        expect(page.locator("#trouble-text")).to_contain_text("another window or on another device")
        page.get_by_role("button", name="Use here again").click()
        flag(page, "socket", "open")
        flag(second, "socket", "closed")
        turn_on(page)
        wait_answered(page, 2)
        second.close()

    def test_every_close_code_is_explained_and_retries_are_spread(
        self, page: Page, school: School
    ) -> None:
        page.goto(f"{school.server.base_url}/join/")
        meanings, waits = page.evaluate(
            """async codes => {
                const { backoff, meaning } = await import("/static/js/joining/socket.js");
                const waits = [0, 1, 2, 3, 4, 20].map(n => Array.from(Array(50), () => backoff(n)));
                return [codes.map(meaning), waits];
            }""",
            [1006, *(set(CloseCode) - {CloseCode.NO_SUCH_SESSION})],
        )
        lost, *known = meanings
        assert lost["next"] == "reconnect"
        assert all(meaning["text"] != lost["text"] for meaning in known)
        for longest, drawn in zip((2, 4, 8, 15, 15, 15), waits, strict=True):
            assert 1 <= min(drawn) < max(drawn) <= longest

    @pytest.mark.finding(13)
    def test_one_picture_that_fails_does_not_stop_the_others(
        self, page: Page, school: School
    ) -> None:
        """The worker's encoder throws three times in a row, and then no more."""

        join(page, school, school.session())
        page.workers[0].evaluate(
            """() => {
                const real = OffscreenCanvas.prototype.convertToBlob;
                let left = 3;
                OffscreenCanvas.prototype.convertToBlob = function (options) {
                    left -= 1;
                    if (left >= 0) throw new DOMException("no memory", "EncodingError");
                    return real.call(this, options);
                };
            }"""
        )
        turn_on(page)
        expect(page.locator("#note")).to_contain_text("no usable picture")
        wait_answered(page, 3)
        expect(page.locator("#note")).to_be_hidden()

    @pytest.mark.finding(23)
    def test_deleting_from_the_class_page_is_confirmed_every_time(
        self, page: Page, school: School
    ) -> None:
        code = school.session()
        for _ in range(6):
            join(page, school, code)
            page.get_by_role("button", name="Delete my data").click()
            page.get_by_role("button", name="Delete everything").click()
            expect(page.get_by_role("heading", name="Your data is deleted")).to_be_visible()

    @pytest.mark.finding(21)
    def test_a_network_that_goes_silent_is_noticed_within_seconds(
        self, page: Page, school: School
    ) -> None:
        with proxy_to(school.server.port) as network:
            join(page, school, school.session(), base_url=network.base_url)
            turn_on(page)
            wait_answered(page, 2)
            network.go_silent()
            flag(page, "socket", "stale", timeout_s=7)
            expect(page.locator("#connection")).to_have_text("Not connected")
            expect(page.locator("#trouble-text")).to_contain_text("No answer for")
            expect(page.locator("#face-box")).to_be_hidden()
            flag(page, "socket", "closed", timeout_s=10)
            before = answered(page)
            network.go_on()
            wait_answered(page, before + 2, timeout_s=30)
            expect(page.locator("#trouble")).to_be_hidden()

    def test_an_unplugged_camera_is_noticed(self, page: Page, school: School) -> None:
        code = school.session()
        join(page, school, code)
        turn_on(page)
        page.locator("#preview").evaluate(
            """video => {
                const [track] = video.srcObject.getVideoTracks();
                track.stop();
                track.dispatchEvent(new Event("ended"));
            }"""
        )
        flag(page, "camera", "missing")
        expect(page.locator("#camera-title")).to_contain_text("unplugged")
        assert eventually(lambda: school.participants(code) == [("Ada", "missing")])
        page.get_by_role("button", name="Try again").click()
        flag(page, "camera", "on")

    def test_deleted_in_another_tab_the_page_leaves(self, page: Page, school: School) -> None:
        code = school.session()
        join(page, school, code)
        turn_on(page)
        second = page.context.new_page()
        second.goto(page.url)
        flag(second, "socket", "open")
        page.get_by_role("button", name="Delete my data").click()
        page.get_by_role("button", name="Delete everything").click()
        expect(page.get_by_role("heading", name="Your data is deleted")).to_be_visible()
        second.wait_for_url(f"**/join/{code}/")
        second.close()

    def test_after_a_restart_of_the_server_the_same_participant_goes_on(
        self, page: Page, small_school: School
    ) -> None:
        code = small_school.session()
        join(page, small_school, code)
        turn_on(page)
        wait_answered(page, 1)
        small_school.server.stop()
        flag(page, "socket", "closed")
        expect(page.locator("#trouble-text")).to_contain_text(
            re.compile(r"restarted|lost"), timeout=2000
        )
        before = answered(page)
        small_school.server.start()
        small_school.server.wait_until_ready()
        wait_answered(page, before + 2, timeout_s=30)
        expect(page.locator("#trouble")).to_be_hidden()
        assert small_school.participants(code) == [("Ada", "on")]


@pytest.mark.parametrize("way", ["track", "video"])
def test_a_hidden_tab_goes_on_at_the_interval(camera: Path, school: School, way: str) -> None:
    with chromium_with_tabs(camera) as context:
        page = context.pages[0]
        if way == "video":
            page.add_init_script("delete window.MediaStreamTrackProcessor")
        join(page, school, school.session())
        turn_on(page)
        wait_answered(page, 1)
        hide(page)
        wait_answered(page, answered(page) + 2)
        began, before = time.monotonic(), answered(page)
        wait_answered(page, before + 10)
        seconds = (time.monotonic() - began) / 10
        assert page.evaluate("document.visibilityState") == "hidden"
        assert seconds == pytest.approx(INTERVAL_S, rel=0.35)


BUSY = """
navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException("Could not start video source", "NotReadableError");
};
"""
"""The one fault that Chromium's camera from a file cannot have."""


@pytest.mark.parametrize("state", ["refused", "missing", "busy"])
def test_without_a_camera_the_page_says_what_to_do_and_goes_on(
    school: School, camera: Path, state: str
) -> None:
    code = school.session()
    device = camera if state == "refused" else None
    with chromium(device, allow_camera=state != "refused") as browser:
        page = browser.new_page()
        if state == "busy":
            page.add_init_script(BUSY)
        join(page, school, code)
        page.get_by_role("button", name="Turn on camera").click()
        flag(page, "camera", state)
        words = {"refused": "allow the camera", "missing": "Plug one in", "busy": "Close video"}
        expect(page.locator("#camera-text")).to_contain_text(words[state])
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
        assert eventually(lambda: school.participants(code) == [("Ada", state)])
        page.get_by_role("button", name="Stay without a camera").click()
        expect(page.locator("#camera-title")).to_have_text("You are here without a camera")
        flag(page, "socket", "open")


def test_an_insecure_page_says_that_https_is_needed(small_school: School) -> None:
    address = f"http://school.test:{small_school.server.port}"
    rules = ["--host-resolver-rules=MAP school.test 127.0.0.1"]
    with chromium(arguments=rules) as browser:
        page = browser.new_page()
        join(page, small_school, small_school.session(), base_url=address)
        page.get_by_role("button", name="Turn on camera").click()
        flag(page, "camera", "missing")
        expect(page.locator("#camera-text")).to_contain_text("https://")
