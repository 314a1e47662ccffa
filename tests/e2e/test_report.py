"""A stretch of the lesson is dragged on a chart, and the whole report follows; in a Chromium."""

from __future__ import annotations

import json
import re

from playwright.sync_api import expect

from tests.e2e.browser import chromium, flag
from tests.e2e.pages import sign_in
from tests.server import Server


def test_a_stretch_is_dragged_on_a_chart_and_everything_follows(server: Server) -> None:
    demo = json.loads(server.manage("create_demo", "--json"))
    sql = "select id from class_sessions_classsession where title = 'Waves and sound'"
    session = server.query(sql)[0][0]
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        sign_in(page, server.base_url, demo["email"], demo["password"])
        page.goto(f"{server.base_url}/sessions/{session}/report/")
        flag(page, "ready", "true")
        expect(page.locator("#stretch")).to_contain_text("Drag across a chart")
        plot = page.locator("[data-figure=levels] .nsewdrag").first
        plot.scroll_into_view_if_needed()
        box = plot.bounding_box()
        assert box is not None
        middle = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + 0.25 * box["width"], middle)
        page.mouse.down()
        page.mouse.move(box["x"] + 0.5 * box["width"], middle + 5, steps=5)
        page.mouse.up()
        page.get_by_role("button", name=re.compile("Show only minute 12:")).click()
        page.wait_for_url("**/report/?from=7**")
        flag(page, "ready", "true")
        expect(page.locator("#stretch-text")).to_contain_text(
            re.compile("Only minute 12:.. to 2[45]:..")
        )
        expect(page.locator(".stats")).to_contain_text("13 min")
        page.get_by_role("link", name="Whole lesson").click()
        flag(page, "ready", "true")
        expect(page.locator(".stats")).to_contain_text("50 min")
