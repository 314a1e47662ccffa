"""Passkeys and codes of an authenticator app, with a browser that has an authenticator."""

from __future__ import annotations

from itertools import count

from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page, expect

from tests.e2e.browser import chromium
from tests.factories import PASSWORD
from tests.server import Server

_number = count(1)


def sign_up(page: Page, base_url: str) -> str:
    email = f"second-step-{next(_number)}@example.org"
    page.goto(f"{base_url}/accounts/signup/")
    page.fill("[name=email]", email)
    page.fill("[name=password1]", PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.wait_for_url("**/sessions/")
    return email


def sign_out(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")


def begin_sign_in(page: Page, base_url: str, email: str) -> None:
    page.goto(f"{base_url}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def open_security(page: Page, base_url: str, link: str) -> None:
    """Follow a link of the account's page, which asks for the password first."""
    page.goto(f"{base_url}/accounts/2fa/")
    page.get_by_role("link", name=link).click()
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def code_of(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return str(format_hotp_value(hotp_value(secret, counter)))


def add_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_a_passkey_signs_in_without_a_password(server: Server) -> None:
    # A passkey belongs to a name, not to an address.
    base_url = server.base_url.replace("127.0.0.1", "localhost")
    with chromium() as browser:
        page = browser.new_page()
        add_authenticator(page)
        email = sign_up(page, base_url)
        open_security(page, base_url, "Add a passkey")
        page.fill("[name=name]", "My laptop")
        page.get_by_label("Passwordless").check()
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Recovery Codes")
        page.goto(f"{base_url}/accounts/2fa/")
        expect(page.locator("section", has_text="Passkeys")).to_contain_text("You have 1.")
        sign_out(page)
        page.goto(f"{base_url}/accounts/login/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url("**/sessions/")
        page.goto(f"{base_url}/accounts/email/")
        expect(page.get_by_text(email)).to_be_visible()


def test_a_code_is_asked_for_after_the_password_and_guesses_are_counted(server: Server) -> None:
    with chromium() as browser:
        page = browser.new_page()
        email = sign_up(page, server.base_url)
        open_security(page, server.base_url, "Set up")
        qr = page.get_by_alt_text("QR code for the app")
        assert qr.evaluate("image => image.naturalWidth") > 0
        secret = page.locator("form code").inner_text()
        page.fill("[name=code]", code_of(secret))
        page.get_by_role("button", name="Turn on").click()
        recovery = page.locator("#recovery_codes").input_value().split()
        assert len(recovery) == 10
        sign_out(page)
        begin_sign_in(page, server.base_url, email)
        # The password alone opens nothing.
        page.goto(f"{server.base_url}/sessions/")
        expect(page).to_have_url(f"{server.base_url}/accounts/2fa/authenticate/")
        page.fill("[name=code]", recovery[0])
        page.get_by_role("button", name="Sign In").click()
        page.wait_for_url("**/sessions/")
        sign_out(page)
        begin_sign_in(page, server.base_url, email)
        for _ in range(11):
            page.fill("[name=code]", "000000")
            page.get_by_role("button", name="Sign In").click()
            page.wait_for_load_state()
        expect(page.locator("main")).to_contain_text("Too many")
        page.fill("[name=code]", recovery[1])
        page.get_by_role("button", name="Sign In").click()
        expect(page.locator("main")).to_contain_text("Too many")
