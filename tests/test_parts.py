"""The parts of every page: icons, moments, initials, colours by the viewer's choice."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client

from inference.labels import EMOTIONS
from sessions.models import Marker
from sessions.site.icons import EMOTION_ICONS, MARKER_ICONS
from sessions.templatetags.parts import icon, initials, moment
from tests.conftest import ROOT

SYMBOLS = set(re.findall(r'id="([\w-]+)"', (ROOT / "static/icons/icons.svg").read_text()))


def names_in(file: Path) -> set[str]:
    return set(re.findall(r"\{% icon \"([\w-]+)\" %\}|[ (]icon\(\"([\w-]+)\"\)", file.read_text()))


def test_every_icon_that_a_page_names_is_in_the_sprite() -> None:
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static/js").rglob("*.js")]
    named = {name for file in files for pair in names_in(file) for name in pair if name}
    assert named - SYMBOLS == set()
    assert {*EMOTION_ICONS.values(), *MARKER_ICONS.values()} <= SYMBOLS
    assert set(EMOTION_ICONS) == set(EMOTIONS)
    assert set(MARKER_ICONS) == set(Marker.Kind.values)


def test_an_icon_is_no_word() -> None:
    assert 'aria-hidden="true"' in icon("copy")
    assert "icons/icons" in icon("copy")
    assert icon("copy").endswith('#copy"/></svg>')


def test_a_moment_says_its_zone_until_the_page_knows_the_viewers() -> None:
    text = moment(datetime(2026, 11, 23, 10, 5, tzinfo=UTC))
    assert text == (
        '<time datetime="2026-11-23T10:05:00+00:00" data-moment>23 Nov 2026, 10:05 UTC</time>'
    )
    assert moment(None) == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [("ada.lovelace@example.org", "AL"), ("maria@example.org", "MA"), ("x", "X"), ("a_b-c", "AB")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(User(username=name)) == letters


@pytest.mark.parametrize(
    ("cookie", "media"),
    [
        ("", "screen and (prefers-color-scheme: dark)"),
        ("dark", "screen"),
        ("light", "not all"),
        ('"><script>', "screen and (prefers-color-scheme: dark)"),
    ],
)
def test_dark_pages_are_the_devices_or_the_viewers_choice(cookie: str, media: str) -> None:
    client = Client()
    client.cookies["theme"] = cookie
    page = client.get("/privacy/").content.decode()
    assert f'id="dark" media="{media}"' in page
    assert "<script>" not in page


def test_the_script_and_the_server_agree_on_when_pages_are_dark() -> None:
    script = (ROOT / "static/js/site/theme.js").read_text()
    for media in ("screen and (prefers-color-scheme: dark)", "not all", "screen"):
        assert f'"{media}"' in script


def test_browsers_that_ask_for_a_favicon_find_it() -> None:
    answer = Client().get("/favicon.ico")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/static/icons/favicon")
    assert (ROOT / "static/icons/favicon.ico").read_bytes()[:4] == b"\0\0\1\0"
