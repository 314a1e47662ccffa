"""The private link by e-mail, once, to an address that nobody keeps."""

from __future__ import annotations

import logging
from smtplib import SMTPRecipientsRefused

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from sessions.site import limits
from tests.join_pages import text
from tests.known_session import KnownSession
from tests.receipts import at, known_by_link

CONSOLE = "django.core.mail.backends.console.EmailBackend"
pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> KnownSession:
    return known_by_link()


def send(known: KnownSession, address: str = "ann@example.org") -> HttpResponse:
    client = Client(enforce_csrf_checks=True)
    return client.post(at("mail_link", known.session), {"address": address})  # type: ignore[return-value]


def test_the_link_is_mailed_and_the_address_forgotten(
    known: KnownSession, mailoutbox: list[EmailMessage]
) -> None:
    answer = send(known)
    assert "on its way" in text(Client().get(answer["Location"]))
    (mail,) = mailoutbox
    assert mail.to == ["ann@example.org"]
    assert f"http://testserver{at('private_link', known.session)}" in str(mail.body)
    assert "Waves & sound" in str(mail.body)
    assert "Ann" not in str(mail.body)
    assert "ann@example.org" not in answer["Location"]


@pytest.mark.parametrize("address", ["", "ann", "a@b.org, eve@b.org", "a@b.org\nBcc: e@b.org"])
def test_no_address(known: KnownSession, mailoutbox: list[EmailMessage], address: str) -> None:
    answer = send(known, address)
    assert answer.status_code == 400
    assert "your e-mail address" in text(answer) or "a whole e-mail" in text(answer)
    assert mailoutbox == []


def test_three_an_hour(known: KnownSession, mailoutbox: list[EmailMessage]) -> None:
    answers = [send(known).status_code for _ in range(4)]
    assert answers == [302] * 3 + [429]
    assert len(mailoutbox) == 3


def test_one_network_does_not_mail_without_end(
    known: KnownSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits.MAILS_OF_ADDRESS, "spend", lambda *key: False)
    answer = send(known)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "3600"


def test_a_site_that_sends_none_says_so(known: KnownSession, settings: Settings) -> None:
    settings.EMAIL_BACKEND = CONSOLE
    content = text(Client().get(at("private_link", known.session)))
    assert "This site cannot send e-mail" in content
    assert at("mail_link", known.session) not in content
    answer = send(known)
    assert answer.status_code == 503
    assert "This site cannot send e-mail" in text(answer)


def test_what_is_not_sent_is_told_and_the_log_names_no_address(
    known: KnownSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def refuse(*args: object, **fields: object) -> None:
        raise SMTPRecipientsRefused({"ann@example.org": (550, b"no such user")})

    monkeypatch.setattr("sessions.joining.receipt_mail.send_mail", refuse)
    with caplog.at_level(logging.DEBUG):
        answer = send(known)
    assert answer.status_code == 503
    assert "could not be sent" in text(answer)
    assert "SMTPRecipientsRefused" in caplog.text
    assert "ann@example.org" not in caplog.text
