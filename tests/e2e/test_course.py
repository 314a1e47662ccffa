"""A course's trends, and two of its sessions side by side; in a Chromium."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from sessions.demo.lessons import EMAIL, PASSWORD
from tests.e2e.browser import chromium, flag
from tests.e2e.pages import sign_in
from tests.server import Server


def test_from_the_trends_to_two_sessions_side_by_side(server: Server) -> None:
    small = ("--sessions=3", "--students=6", "--minutes=10", "--interval=5")
    course = json.loads(server.manage("seed_semester", "--json", *small))["course_url"]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        sign_in(page, server.base_url, EMAIL, PASSWORD)
        page.goto(f"{server.base_url}{course}")
        page.get_by_role("link", name="Trends").click()
        flag(page, "ready", "true")
        expect(page.locator("[data-figure=engagement] .point")).to_have_count(3)
        expect(page.locator("[data-figure=engagement] .errorbar")).to_have_count(3)
        page.get_by_role("link", name="Compare two sessions").click()
        flag(page, "ready", "true")
        page.get_by_label("Session", exact=True).select_option(index=2)
        page.get_by_label("with", exact=True).select_option(index=0)
        page.get_by_role("button", name="Compare").first.click()
        flag(page, "ready", "true")
        heads = page.locator("thead th:visible").all_inner_texts()
        assert heads == ["Stretch", "Lesson 1", "Lesson 3", "Difference"]
        rows = page.locator("tbody th:visible").all_inner_texts()
        assert rows == ["The whole lesson", "Review", "New topic", "Break", "Exercises", "Summary"]
        expect(page.locator("[data-figure=whole] .scatterlayer .js-line")).to_have_count(2)
        expect(page.locator("[data-figure=pair-2] .legendtext")).to_have_text(
            ["Lesson 1", "Lesson 3"]
        )
        page.get_by_text("Two groups of students").click()
        for box in page.get_by_role("checkbox").all()[:3]:
            box.check()
        page.get_by_role("button", name="Compare").last.click()
        flag(page, "ready", "true")
        assert page.locator("thead th:visible").all_inner_texts()[1:3] == [
            "The group",
            "The others",
        ]
