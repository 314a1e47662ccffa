"""Every page of the site, with the demonstration's data, by who may see it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final, Literal

from playwright.sync_api import Page

from tests.server import Server

Role = Literal["stranger", "teacher", "student", "room"]
RECEIPT_TOKEN: Final = "t" * 43
INVITATION_TOKEN: Final = "i" * 43
ROOM_KEY: Final = "k" * 43
TABLE: Final = "class_sessions_"
CONFIRMED: Final = ("authenticator", "passkey")
"""Pages that ask for the password once more."""


@dataclass(frozen=True, slots=True)
class Site:
    """A running site. pages: path by the page's name, by role. code: of the live session."""

    base_url: str
    code: str
    email: str
    password: str
    pages: dict[Role, dict[str, str]]


def make_site(server: Server) -> Site:
    """Make the demonstration, its teacher an administrator, and what else pages need."""
    demo = json.loads(server.manage("create_demo", "--json"))
    code = demo["code"]

    def one(sql: str) -> int:
        return int(server.query(sql)[0][0])

    live = one(f"SELECT id FROM {TABLE}classsession WHERE code = '{code}'")
    ended = one(
        f"SELECT session_id FROM {TABLE}sample GROUP BY session_id ORDER BY count(*) DESC LIMIT 1"
    )
    values = {"email": demo["email"], "live": live, "ended": ended, "invited": INVITATION_TOKEN}
    server.manage("shell", "-c", PREPARE.format(**values, key=ROOM_KEY, token=RECEIPT_TOKEN))
    empty = one(f"SELECT max(id) FROM {TABLE}classsession WHERE state = 'live'")
    planned = one(f"SELECT id FROM {TABLE}classsession WHERE state = 'planned'")
    course = one(f"SELECT course_id FROM {TABLE}classsession WHERE id = {ended}")
    student = one(f"SELECT id FROM {TABLE}student WHERE course_id = {course} LIMIT 1")
    (over,) = server.query(f"SELECT code FROM {TABLE}classsession WHERE id = {ended}")[0]
    pages: dict[Role, dict[str, str]] = {
        "stranger": {
            "home": "/",
            "sign-in": "/accounts/login/",
            "sign-up": "/accounts/signup/",
            "reset": "/accounts/password/reset/",
            "privacy": "/privacy/",
            "model": "/model/",
            "code": "/join/",
            "unknown-code": "/join/ZZZZZZ/",
            "consent": f"/join/{code}/",
            "receipt": f"/join/{over}/me/{RECEIPT_TOKEN}/",
            "not-found": "/nowhere/",
        },
        "teacher": {
            "authenticator": "/accounts/2fa/totp/activate/",
            "passkey": "/accounts/2fa/webauthn/add/",
            "security": "/accounts/2fa/",
            "sessions": "/sessions/",
            "session-new": "/sessions/new/",
            "lobby": f"/sessions/{live}/",
            "qr": f"/sessions/{live}/qr/",
            "end": f"/sessions/{live}/end/",
            "live": f"/sessions/{live}/live/",
            "live-student": f"/sessions/{live}/live/",
            "live-table": f"/sessions/{live}/live/",
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
            "course-teachers": f"/courses/{course}/teachers/",
            "roster-file": f"/courses/{course}/roster-file/",
            "roster-read": f"/courses/{course}/roster-file/",
            "session-planned": f"/sessions/{planned}/",
            "invitation": f"/invitations/{INVITATION_TOKEN}/",
            "student": f"/courses/{course}/students/{student}/",
            "account": "/accounts/email/",
            "password": "/accounts/password/change/",
            "admin": "/admin/",
            "admin-sessions": "/admin/class_sessions/classsession/",
            "admin-session": f"/admin/class_sessions/classsession/{live}/change/",
            "admin-samples": "/admin/class_sessions/sample/",
            "admin-teachers": "/admin/auth/user/",
        },
        "student": {"class": f"/join/{code}/class/"},
        "room": {
            "room-consent": f"/join/{code}/room/{ROOM_KEY}/",
            "room": f"/join/{code}/room/",
        },
    }
    return Site(server.base_url, code, demo["email"], demo["password"], pages)


def sign_in(page: Page, base_url: str, email: str, password: str) -> None:
    page.goto(f"{base_url}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/sessions/")


def enter(page: Page, site: Site, role: Role, name: str) -> None:
    """Become somebody of that role; name: of a student, taken once it has joined."""
    if role == "teacher":
        sign_in(page, site.base_url, site.email, site.password)
    if role == "student":
        page.goto(f"{site.base_url}/join/{site.code}/")
        page.fill("[name=display_name]", name)
        page.get_by_role("button", name="join without a camera").click()
        page.wait_for_url("**/class/")
    if role == "room":
        page.goto(f"{site.base_url}/join/{site.code}/room/{ROOM_KEY}/")
        page.check("[name=agreed]")
        page.get_by_role("button", name="Use this device").click()
        page.wait_for_url("**/room/")


def confirm(page: Page, site: Site) -> None:
    """Give the password once more, where a page that changes how one signs in asks for it."""
    if not page.locator("[name=password]").count():
        return
    page.fill("[name=password]", site.password)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_selector("main h1:not(:text('Confirm'))")


def read_a_list(page: Page) -> None:
    """Have the page read a file, so that it shows what it found."""
    text = b"Name;E-mail\nAda Novak;ada@example.org\nKurt;kurt@example.org\n;nobody@example.org\n"
    page.set_input_files("[name=file]", {"name": "9b.csv", "mimeType": "text/csv", "buffer": text})
    page.get_by_role("button", name="Read the file").click()
    page.wait_for_selector("#read")


PREPARE: Final = """
from datetime import timedelta
from django.contrib.auth.models import User
from django.utils import timezone
from sessions.codes import hash_token
from sessions.models import ClassSession, Course, CoTeacher, Dispute, Minute, Participant
from sessions.services import start_session
User.objects.filter(email="{email}").update(is_staff=True, is_superuser=True)
live = ClassSession.objects.get(pk={live})
ClassSession.objects.filter(pk={live}).update(room_key="{key}")
pk = Minute.objects.filter(session={ended}).first().participant_id
Participant.objects.filter(pk=pk).update(token_hash=hash_token("{token}"))
Dispute.objects.create(
    participant_id=pk, first_second=600, last_second=780, reason="I was helping a classmate"
)
start_session(ClassSession.objects.create(course=live.course, title="The next lesson"))
at = timezone.now() + timedelta(days=2)
ClassSession.objects.create(course=live.course, title="Sound, part two", scheduled_at=at)
colleague = User.objects.create_user("colleague@example.org", "colleague@example.org")
CoTeacher.objects.create(course=live.course, user=colleague)
Course.objects.create(
    owner=colleague, name="Chemistry 10", invitation_hash=hash_token("{invited}"), invited_until=at
)
"""
