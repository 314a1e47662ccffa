"""Markers set by one key on the live page, in a real Chromium."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.classroom import Session, Teacher
from tests.e2e.browser import chromium, flag, signed_in
from tests.server import Server


def watch(page: Page, server: Server, session: Session) -> Page:
    page.goto(f"{server.base_url}/sessions/{session.pk}/live/")
    flag(page, "ready", "true")
    return page


def test_a_key_sets_a_marker_that_every_dashboard_and_the_report_show(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium() as browser:
        page = watch(signed_in(browser, teacher), server, session)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        other = watch(signed_in(browser, teacher), server, session)
        page.keyboard.press("a")
        text = page.locator("#markers li input")
        expect(text).to_be_focused()
        page.keyboard.type("Work in pairs")
        page.keyboard.press("Enter")
        expect(other.locator("#markers li")).to_contain_text("Activity")
        expect(other.locator("#markers li input")).to_have_value("Work in pairs")

        page.get_by_role("button", name="Topic").click()
        expect(page.locator("#markers li")).to_have_count(2)
        expect(page.locator("#markers li").first).to_contain_text("Topic")
        page.keyboard.type("nothing new by these keys: t a b q n")
        page.keyboard.press("Escape")
        expect(other.locator("#markers li")).to_have_count(2)
        page.locator("#markers li").first.get_by_role("button", name="Remove").click()
        expect(other.locator("#markers li")).to_have_count(1)

        page.locator("h1").click()
        page.keyboard.press("b")
        expect(page.locator("#toasts")).to_contain_text("Marked: Break")
        expect(other.locator("#markers li")).to_have_count(2)
        page.get_by_role("button", name="Undo").click()
        expect(other.locator("#markers li")).to_have_count(1)
        page.keyboard.press("Escape")
        page.locator("h1").click()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_contain_text("Mark: Break")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()

        other.goto(f"{server.base_url}/sessions/{session.pk}/report/")
        expect(other.get_by_role("heading", name="Between the markers")).to_be_visible()
        expect(other.locator("section[aria-labelledby=segments]")).to_contain_text("Work in pairs")
        form = other.locator("#markers .marker-form").first
        form.locator("[name=text]").fill("Work alone")
        form.get_by_role("button", name="Save").click()
        expect(other.locator(".messages")).to_contain_text("Marker changed: Work alone.")
        expect(page.locator("#markers li input")).to_have_value("Work alone")
        assert not problems
