"""Two classes on a server that one of them overwhelms, with a real page in that one."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import expect

from sessions.demo.browser import Plan
from sessions.demo.simulation import Outcome, simulate
from tests.classroom import Session, Teacher, empty_frame
from tests.e2e.browser import chromium, flag
from tests.server import Server, running_server

INTERVAL_S = 1.0
SECONDS = 15.0
BIG, SMALL = 50, 2


@pytest.mark.finding(11)
def test_a_class_too_large_is_slowed_down_and_the_one_beside_it_is_not(camera: Path) -> None:
    """52 students offer as many frames a second where each thread answers three."""
    site = running_server("tests.slow_site:application", POLICY="presence", FACE_DETECTOR="haar")
    with site as server, chromium(camera) as browser:
        teacher = Teacher(server)
        big = teacher.open_session(interval_s=str(INTERVAL_S))
        small = teacher.open_session(interval_s=str(INTERVAL_S))
        page = browser.new_page()
        page.goto(f"{server.base_url}/join/{big.code}/")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("button", name="join without a camera").click()
        flag(page, "socket", "open")
        page.get_by_role("button", name="Turn on camera").click()
        flag(page, "camera", "on")

        # In a thread: Playwright has an event loop in this one.
        with ThreadPoolExecutor() as threads:
            classes = beside_each_other(server, big, small)
            crowd, few = threads.submit(asyncio.run, classes).result()

        expect(page.locator("#pace")).to_contain_text("The server is busy")
    offered = SECONDS / INTERVAL_S
    assert few.shed == few.errors.total() == 0
    # Each of the few gets more of the server than each of the crowd.
    assert few.answered / SMALL > 3 * crowd.answered / BIG
    # The crowd was told to wait, and did: little of what it sent was in vain.
    assert crowd.sent < 0.4 * BIG * offered
    assert crowd.shed < 0.2 * BIG * offered


async def beside_each_other(
    server: Server, big: Session, small: Session
) -> tuple[Outcome, Outcome]:
    frames = [[empty_frame()]]

    def plan(code: str, students: int) -> Plan:
        return Plan(server.base_url, code, students, 1 / INTERVAL_S, SECONDS)

    return await asyncio.gather(
        simulate(plan(big.code, BIG), frames, lambda *_: None),
        simulate(plan(small.code, SMALL), frames, lambda *_: None),
    )
