"""The teacher asks, two students answer, one is confused and raises a hand; in real Chromiums."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect

from sessions.live.random_check_ins import OPEN_FOR_S, QUESTION, STRETCH_S, WAITS_S
from tests.classroom import Session, Teacher
from tests.e2e.browser import chromium, flag, signed_in
from tests.server import Server, set_back


def join(browser: Browser, server: Server, session: Session, name: str) -> Page:
    """A student without a camera."""
    page = browser.new_context().new_page()
    page.goto(f"{server.base_url}/join/{session.code}/")
    page.fill("[name=display_name]", name)
    page.get_by_role("button", name="join without a camera").click()
    page.wait_for_url("**/class/")
    flag(page, "socket", "open")
    return page


def test_the_class_is_asked_and_answers(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium() as browser:
        live = signed_in(browser, teacher)
        live.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        flag(live, "ready", "true")
        ada, ben = (join(browser, server, session, name) for name in ("Ada", "Ben"))
        expect(ada.locator("#question")).to_be_hidden()
        live.get_by_role("button", name="Is it clear?").click()
        for student, value in ((ada, "4"), (ben, "2")):
            expect(student.locator("#question-text")).to_have_text("Is it clear?")
            student.locator(f".scale-step[data-value='{value}']").click()
            expect(student.locator("#answer-note")).to_contain_text("Sent.")
        expect(live.locator("#asked-note")).to_have_text("2 of 2 answered, mean 3.0 of 5")
        expect(live.locator("#histogram strong")).to_have_text(["0", "1", "0", "1", "0"])
        ben.locator(".scale-step[data-value='5']").click()
        expect(live.locator("#asked-note")).to_contain_text("mean 4.5")

        late = join(browser, server, session, "Eve")
        expect(late.locator("#question-text")).to_have_text("Is it clear?")

        ada.locator("[data-sign=confused]").click()
        expect(ada.locator("#sign-note")).to_contain_text("without your name")
        expect(live.locator("[data-sign-count=confused] strong")).to_have_text("1")
        ben.get_by_role("button", name="Raise hand").click()
        raised = live.locator("#needs [data-need=hand]")
        expect(raised).to_contain_text("BenRaised a hand")
        live.get_by_role("button", name="Ben: seen").click()
        expect(raised).to_have_count(0)

        live.get_by_role("button", name="Close the question").click()
        expect(live.locator("#asked")).to_be_hidden()
        expect(ada.locator("#question")).to_be_hidden()
        live.fill("#own-question", "What is a wave?")
        live.keyboard.press("Enter")
        expect(late.locator("#question-text")).to_have_text("What is a wave?")


def test_the_teacher_lets_the_site_ask_and_sees_that_it_did(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium() as browser:
        live = signed_in(browser, teacher)
        live.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        flag(live, "ready", "true")
        ada = join(browser, server, session, "Ada")
        # So late in the first stretch that its moment has passed.
        set_back(server, session.pk, STRETCH_S - OPEN_FOR_S - WAITS_S)
        live.get_by_label("at random moments").check()
        expect(live.locator("#toasts")).to_have_text("The class is asked at random moments.")
        expect(ada.locator("#question-text")).to_have_text(QUESTION, timeout=20_000)
        expect(live.locator("#asked-note")).to_contain_text("Asked at random")
