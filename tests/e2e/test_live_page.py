"""The teacher's live page in a real Chromium: what it says while nothing or nobody is heard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.error import HTTPError

import pytest
from playwright.sync_api import Page, expect

from tests.classroom import Client, Pupil, Session, Teacher
from tests.e2e.browser import chromium, flag
from tests.e2e.proxy import proxy_to
from tests.server import Server


@pytest.fixture(scope="module")
def teacher(server: Server) -> Teacher:
    return Teacher(server)


@pytest.fixture
def session(teacher: Teacher) -> Session:
    return teacher.open_session()


@pytest.fixture
def page(teacher: Teacher) -> Iterator[Page]:
    with chromium() as browser:
        context = browser.new_context()
        context.add_cookies(
            [
                {"name": cookie.name, "value": cookie.value or "", "url": "http://127.0.0.1"}
                for cookie in teacher.jar
            ]
        )
        page = context.new_page()
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        yield page
        assert not problems


def watch(page: Page, base_url: str, session: Session) -> None:
    page.goto(f"{base_url}/sessions/{session.pk}/live/")
    flag(page, "socket", "open")


@pytest.mark.finding(21)
def test_a_network_that_goes_silent_greys_what_is_shown_and_stops_the_clock(
    page: Page, server: Server, session: Session
) -> None:
    """It said "Live, 1 of 1, 0.61" for 110 seconds, its clock running."""
    Pupil(server, session.code)
    with proxy_to(server.port) as network:
        watch(page, network.base_url, session)
        expect(page.locator("html")).not_to_have_class(re.compile("is-stale"))
        network.go_silent()
        flag(page, "socket", "stale", timeout_s=7)
        expect(page.locator("html")).to_have_class(re.compile("is-stale"))
        notice = page.locator("#connection")
        expect(notice).to_contain_text(re.compile(r"No news .* Last updated at .* [4-9] s ago"))
        clock = page.locator("#elapsed").inner_text()
        flag(page, "socket", "closed", timeout_s=10)
        expect(notice).to_contain_text("Trying again in")
        assert page.locator("#elapsed").inner_text() == clock
        network.go_on()
        flag(page, "socket", "open", timeout_s=30)
        expect(notice).to_be_hidden()
        expect(page.locator("html")).not_to_have_class(re.compile("is-stale"))


@pytest.mark.finding(23)
def test_an_empty_class_shows_the_code_and_an_unknown_mood_is_no_zero(
    page: Page, server: Server, session: Session
) -> None:
    watch(page, server.base_url, session)
    expect(page.locator("#nobody")).to_contain_text(session.code)
    expect(page.locator("#class")).to_be_hidden()
    Pupil(server, session.code, "Ada")
    page.reload()
    expect(page.locator("#class")).to_be_visible()
    expect(page.locator(".levels-count")).to_contain_text("Nothing known yet")
    expect(page.locator("#now-unknown")).to_have_text("Nothing known yet.")


@pytest.mark.finding(4)
@pytest.mark.finding(7)
def test_a_device_that_asks_is_allowed_and_a_stranger_is_taken_out(
    page: Page, server: Server, session: Session
) -> None:
    Pupil(server, session.code, "Ada")
    device = Client(server)
    with pytest.raises(HTTPError):
        device.post(f"/join/{session.code}/", display_name="Ada", consent="on")
    device.post(f"/join/{session.code}/", display_name="Ada", consent="on", ask="1")
    watch(page, server.base_url, session)
    expect(page.locator("#asks")).to_contain_text("asks to go on as Ada", timeout=10_000)
    page.get_by_role("button", name="Allow").click()
    expect(page.locator("#asks")).to_be_empty(timeout=10_000)
    assert device.get(f"/join/{session.code}/wait/")[0] == f"/join/{session.code}/class/"
    page.locator("#students").get_by_role("button", name="Ada").first.click()
    page.get_by_role("button", name="Take Ada out of the session").click()
    page.get_by_role("button", name="Take out", exact=True).last.click()
    expect(page.locator("#toasts")).to_contain_text("Ada is taken out")
    assert "taken you out" in device.get(f"/join/{session.code}/class/")[1]
