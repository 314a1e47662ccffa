"""A student's receipt in real Chromiums: disputed and deleted from another browser."""

from __future__ import annotations

import json
import re

from playwright.sync_api import BrowserContext, Page, expect

from tests.e2e.browser import chromium, flag
from tests.e2e.pages import RECEIPT_TOKEN, sign_in
from tests.server import Server

GIVE_LINK = """
import json
from sessions.codes import hash_token
from sessions.models import ClassSession, Minute, Participant
session = ClassSession.objects.get(title="Waves and sound")
pk = Minute.objects.filter(session=session).first().participant_id
Participant.objects.filter(pk=pk).update(token_hash=hash_token("{token}"))
print(json.dumps([session.pk, session.code, pk]))
"""


def drag(page: Page, start: float, end: float) -> None:
    """Across the curve, from one share of its width to another."""
    plot = page.locator("[data-figure=own] .nsewdrag").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + end * box["width"], middle + 5, steps=5)
    page.mouse.up()


def quality(context: BrowserContext, address: str) -> str:
    """What the report says of its data."""
    page = context.new_page()
    page.goto(address)
    return page.locator("section:has(#quality)").inner_text()


def test_a_receipt_is_disputed_and_deleted_from_another_browser(server: Server) -> None:
    demo = json.loads(server.manage("create_demo", "--json"))
    printed = server.manage("shell", "--no-imports", "-c", GIVE_LINK.format(token=RECEIPT_TOKEN))
    session, code, participant = json.loads(printed.splitlines()[-1])
    link = f"{server.base_url}/join/{code}/me/{RECEIPT_TOKEN}/"
    report = f"{server.base_url}/sessions/{session}/report/"
    with chromium() as browser:
        teacher = browser.new_context()
        sign_in(teacher.new_page(), server.base_url, demo["email"], demo["password"])
        assert "No student has said" in quality(teacher, report)

        other = browser.new_context(viewport={"width": 1280, "height": 900})
        page = other.new_page()
        page.goto(link)
        flag(page, "ready", "true")
        assert other.cookies() == []
        expect(page.locator("[data-figure=own] .cartesianlayer")).to_be_visible()
        expect(page.locator(".stats")).to_contain_text("Coverage")

        drag(page, 0.2, 0.3)
        expect(page.locator("#id_from_minute")).to_have_value(re.compile("^(9|10)$"))
        expect(page.locator("#id_to_minute")).to_have_value(re.compile("^1[56]$"))
        page.get_by_label("From minute").fill("10")
        page.get_by_label("To minute").fill("15")
        page.get_by_label("Why (optional)").fill("The sun blinded the camera")
        page.get_by_role("button", name="This was wrong").click()
        expect(page.locator("#said")).to_contain_text("Noted.")
        assert page.url.startswith(link)
        expect(page.locator("#wrong")).to_contain_text("10:00 to 15:00")
        assert other.cookies() == []
        told = quality(teacher, report)
        assert re.search(r"1 student says that 5 of \d+ minutes were wrong: ", told)

        with page.expect_download() as saved:
            page.get_by_role("link", name="CSV: minutes").click()
        assert "engagement" in saved.value.path().read_text(encoding="utf-8-sig")

        page.get_by_role("button", name="Take back 10:00 to 15:00").click()
        expect(page.locator("#said")).to_contain_text("Taken back")
        assert "No student has said" in quality(teacher, report)

        page.get_by_role("button", name="Delete my data").click()
        page.get_by_role("button", name="Delete everything").click()
        expect(page.get_by_role("heading", name="Your data is deleted")).to_be_visible()
        gone = other.new_page().goto(link)
        assert gone is not None
        assert gone.status == 404
    count = f"select count(*) from class_sessions_minute where participant_id = {participant}"
    assert server.query(count) == [(0,)]
    # Daphne's access log is not kept where the site is served; see the Makefile.
    told_of = [line for line in server.log.splitlines() if f"Not Found: /join/{code}/me/" in line]
    assert told_of
    assert not any(RECEIPT_TOKEN in line for line in told_of)


def test_the_link_goes_on_in_a_class_only_when_asked(server: Server) -> None:
    demo = json.loads(server.manage("create_demo", "--json"))
    with chromium() as browser:
        own = browser.new_context().new_page()
        own.goto(f"{server.base_url}/join/{demo['code']}/")
        own.fill("[name=display_name]", "Zoe Own")
        own.get_by_role("button", name="join without a camera").click()
        own.wait_for_url("**/class/")
        link = own.locator(".private-link code").text_content() or ""

        other = browser.new_context()
        page = other.new_page()
        page.goto(link)
        assert other.cookies() == []
        page.get_by_role("link", name="Go on here as Zoe Own").click()
        page.get_by_role("button", name="Go on here as Zoe Own").click()
        page.wait_for_url("**/class/")
        flag(page, "socket", "open")
        expect(page.get_by_text("You are here as Zoe Own")).to_be_visible()
