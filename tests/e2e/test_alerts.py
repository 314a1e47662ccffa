"""An alert is raised on the live page and acknowledged, in a real Chromium."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.classroom import Pupil, Teacher, until
from tests.e2e.browser import chromium, flag, signed_in
from tests.server import Server


def test_confused_students_are_pointed_out_until_the_teacher_has_seen_it(server: Server) -> None:
    teacher = Teacher(server)
    session = teacher.open_session()
    with chromium() as browser:
        live = signed_in(browser, teacher)
        live.goto(f"{server.base_url}/sessions/{session.pk}/live/")
        flag(live, "ready", "true")
        for _ in range(3):
            pupil = Pupil(server, session.code)
            page = f"/join/{session.code}/class/"
            pupil.post(f"/join/{session.code}/signal/", page=page, kind="confused")
        alert = live.locator("#alerts .alert")
        expect(alert).to_contain_text("3 students signal that they are confused.", timeout=20_000)
        alert.get_by_role("button", name="Seen").click()
        expect(alert).to_have_count(0)
        live.wait_for_timeout(4000)
        expect(alert).to_have_count(0)
        live.goto(f"{server.base_url}/sessions/{session.pk}/report/")
        expect(live.locator("section[aria-labelledby=alerts]")).to_contain_text("at ")
    where = f"where session_id = {session.pk} and acknowledged_second is not null"
    until(lambda: server.query(f"select count(*) from class_sessions_alert {where}") == [(1,)])
