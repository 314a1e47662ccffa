import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from tests.factories import PASSWORD, make_teacher

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "battery-horse-correct"


@pytest.fixture(autouse=True)
def fresh_rate_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_up(client: Client, email: str = "maria@example.org"):  # type: ignore[no-untyped-def]
    data = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
    return client.post("/accounts/signup/", data)


def sign_in(client: Client, email: str, password: str = PASSWORD):  # type: ignore[no-untyped-def]
    return client.post("/accounts/login/", {"login": email, "password": password})


def link_in_mail() -> str:
    found = re.search(r"https?://testserver(/\S+)", str(mail.outbox[-1].body))
    assert found
    return found.group(1)


def is_signed_in(client: Client) -> bool:
    return client.get("/sessions/").status_code == 200


def test_a_teacher_signs_up_and_is_in(client: Client) -> None:
    answer = sign_up(client)
    assert answer.headers["Location"] == "/sessions/"
    assert is_signed_in(client)
    assert User.objects.get().email == "maria@example.org"


def test_the_address_is_verified_by_the_link_that_was_sent(client: Client) -> None:
    sign_up(client)
    link = link_in_mail()
    assert "maria@example.org" in client.get(link).content.decode()
    client.post(link)
    assert "Not verified" not in client.get("/accounts/email/").content.decode()


def test_a_stale_verification_link_says_so(client: Client) -> None:
    page = client.get("/accounts/confirm-email/stale-key/").content.decode()
    assert "expired" in page


def test_signing_out_needs_a_post_and_signs_out(client: Client) -> None:
    client.force_login(make_teacher())
    client.get("/accounts/logout/")
    assert is_signed_in(client)
    assert client.post("/accounts/logout/").headers["Location"] == "/"
    assert not is_signed_in(client)


def test_closed_sign_up_says_whom_to_ask_and_makes_no_account(
    client: Client, settings: Settings
) -> None:
    settings.SIGNUP_OPEN = False
    assert "administrator" in client.get("/accounts/signup/").content.decode()
    sign_up(client)
    assert not User.objects.exists()
    assert "/accounts/signup/" not in client.get("/accounts/login/").content.decode()


def test_a_wrong_password_is_refused_with_a_message(client: Client) -> None:
    teacher = make_teacher()
    page = sign_in(client, teacher.email, "wrong").content.decode()
    assert "errorlist" in page
    assert not is_signed_in(client)


def test_after_many_wrong_passwords_even_the_right_one_is_refused_for_a_while(
    client: Client,
) -> None:
    teacher = make_teacher()
    for _ in range(5):
        sign_in(client, teacher.email, "wrong")
    page = sign_in(client, teacher.email).content.decode()
    assert "Too many failed login attempts" in page
    assert not is_signed_in(client)


def test_a_flood_of_sign_ups_is_stopped_with_a_clear_page(client: Client) -> None:
    answers = [client.post("/accounts/signup/", {"email": "odd"}) for _ in range(21)]
    assert answers[-1].status_code == 429
    assert "Too many tries" in answers[-1].content.decode()


def test_a_forgotten_password_is_replaced_by_the_mailed_link(client: Client) -> None:
    teacher = make_teacher()
    assert client.post("/accounts/password/reset/", {"email": teacher.email}).status_code == 302
    form = client.get(link_in_mail(), follow=True)
    address = form.redirect_chain[-1][0]
    client.post(address, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    sign_in(client, teacher.email, NEW_PASSWORD)
    assert is_signed_in(client)


def test_a_used_reset_link_offers_a_new_one(client: Client) -> None:
    page = client.get("/accounts/password/reset/key/1-stale/").content.decode()
    assert "no longer works" in page
    assert "/accounts/password/reset/" in page


def test_a_password_is_changed_by_giving_the_old_one(client: Client) -> None:
    teacher = make_teacher()
    client.force_login(teacher)
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/accounts/password/change/", data)
    teacher.refresh_from_db()
    assert teacher.check_password(NEW_PASSWORD)


def test_a_weak_password_is_refused(client: Client) -> None:
    data = {"email": "maria@example.org", "password1": "12345678", "password2": "12345678"}
    page = client.post("/accounts/signup/", data).content.decode()
    assert "too common" in page
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "path",
    ["email/", "password/change/", "logout/", "reauthenticate/", "inactive/"],
)
def test_pages_of_an_account_wear_the_site(client: Client, path: str) -> None:
    client.force_login(make_teacher())
    page = client.get(f"/accounts/{path}").content.decode()
    assert "site-head" in page
    assert "onload.js" not in page


@pytest.mark.parametrize(
    "path",
    ["login/", "signup/", "password/reset/", "password/reset/done/", "confirm-email/"],
)
def test_pages_before_signing_in_wear_the_site(client: Client, path: str) -> None:
    page = client.get(f"/accounts/{path}").content.decode()
    assert "site-head" in page
