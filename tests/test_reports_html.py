import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from pytest_django import Settings

from sessions.reports.exports.html import page
from sessions.reports.session import session_report
from sessions.site.palette import TOKENS
from tests.e2e.browser import LIGHT_AND_DARK, chromium, flag
from tests.factories import make_session
from tests.known_session import FORMULA_NAME, make_known_session

pytestmark = pytest.mark.django_db


class Parts(HTMLParser):
    """Scripts, texts and addresses of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.scripts: list[tuple[dict[str, str | None], str]] = []
        self.addresses: list[str] = []
        self.texts: list[str] = []
        self.styles: list[str] = []
        self._open = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_data(self, data: str) -> None:
        if self._open == "script":
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)
        elif self._open == "style":
            self.styles.append(data)
        elif data.strip():
            self.texts.append(data.strip())

    def handle_endtag(self, tag: str) -> None:
        self._open = ""


def test_the_file_holds_everything_and_refers_to_nothing() -> None:
    html = page(session_report(make_known_session().session))
    parts = Parts(html)
    assert parts.addresses == []
    assert not any("url(" in style or "@import" in style for style in parts.styles)
    kinds = [attrs.get("type") for attrs, _ in parts.scripts]
    assert kinds == ["application/json", "application/json", None, "module"]
    assert html.count("plotly.js (cartesian") == 1
    figures = json.loads(parts.scripts[0][1])
    assert list(figures) == ["levels", "engagement", "emotions", "mix", "matrix"]
    tokens = json.loads(parts.scripts[1][1])
    assert tokens.items() <= TOKENS.items()
    assert all(colour in parts.scripts[0][1] for colour in tokens)


def test_the_file_says_what_every_export_must_say() -> None:
    text = " ".join(
        Parts(page(session_report(make_known_session(is_simulated=True).session))).texts
    )
    assert "Emotion and engagement are a model's estimate, never a grade." in text
    assert "Simulated data: these are not real students." in text
    for said in ("Coverage", "compact", "Generated", "Ann", "0.40", "too little data"):
        assert said in text


def test_a_name_cannot_leave_its_place() -> None:
    html = page(session_report(make_known_session(title="</script><script>alert(1)").session))
    assert FORMULA_NAME not in html
    parts = Parts(html)
    assert FORMULA_NAME in parts.texts
    assert len(parts.scripts) == 4
    assert "<" not in parts.scripts[0][1]


def test_a_session_without_data_says_so() -> None:
    html = page(session_report(make_session(state="ended")))
    assert "Nothing was recorded" in html
    assert "plotly.js (cartesian" not in html


def test_without_emotion_the_file_shows_presence_only(settings: Settings) -> None:
    settings.POLICY = "presence"
    parts = Parts(page(session_report(make_known_session().session)))
    assert list(json.loads(parts.scripts[0][1])) == ["coverage", "matrix", "attendance"]
    assert "Mean engagement" not in " ".join(parts.texts)


def test_the_file_draws_its_charts_offline(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text(page(session_report(make_known_session().session)), encoding="utf-8")
    asked: list[str] = []
    errors: list[str] = []
    with chromium() as browser:
        for scheme in LIGHT_AND_DARK:
            context = browser.new_context(
                offline=True,
                color_scheme=scheme,
            )
            tab = context.new_page()
            tab.on("request", lambda request: asked.append(request.url))
            tab.on("pageerror", lambda error: errors.append(str(error)))
            tab.on(
                "console",
                lambda message: errors.append(message.text) if message.type == "error" else None,
            )
            tab.goto(file.as_uri())
            flag(tab, "ready", "true")
            assert tab.locator(".chart .main-svg").count() >= 4
            names = tab.locator("[data-figure=matrix] .ytick text").all_text_contents()
            assert names == ['=HYPERLINK("h…', "Ann", "Bob"]
    assert errors == []
    assert {url for url in asked if not url.startswith(("data:", "blob:"))} == {file.as_uri()}
