import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.core import mail, signing
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from sessions import news
from sessions.demo.lessons import PASSWORD as DEMO_PASSWORD
from sessions.demo.lessons import demo_teacher
from sessions.models import Sample
from sessions.site.accounts import KNOWN_DEVICE
from tests.factories import (
    PASSWORD,
    make_course,
    make_participant,
    make_sample,
    make_session,
    make_teacher,
)

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "battery-horse-correct"


@pytest.fixture(autouse=True)
def fresh_rate_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_up(client: Client, email: str = "maria@example.org"):  # type: ignore[no-untyped-def]
    data = {"email": email, "password1": PASSWORD}
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


@pytest.mark.finding(2)
def test_a_stranger_who_guesses_does_not_lock_the_teacher_out(client: Client) -> None:
    teacher = make_teacher()
    stranger = Client(REMOTE_ADDR="10.9.8.7")
    for _ in range(6):
        sign_in(stranger, teacher.email, "wrong")
    sign_in(client, teacher.email)
    assert is_signed_in(client)


@pytest.mark.finding(2)
def test_guesses_from_everywhere_stop_all_but_known_devices(client: Client) -> None:
    teacher = make_teacher()
    sign_in(client, teacher.email)
    client.post("/accounts/logout/")
    for number in range(100):
        sign_in(Client(REMOTE_ADDR=f"10.9.{number}.7"), teacher.email, "wrong")
    stranger = Client(REMOTE_ADDR="10.8.8.8")
    assert "Too many failed" in sign_in(stranger, teacher.email).content.decode()
    sign_in(client, teacher.email)
    assert is_signed_in(client)


@pytest.mark.finding(2)
def test_a_pupil_behind_the_same_address_does_not_lock_out_a_known_device(client: Client) -> None:
    teacher = make_teacher()
    sign_in(client, teacher.email)
    client.post("/accounts/logout/")
    for _ in range(6):
        sign_in(Client(), teacher.email, "wrong")
    sign_in(client, teacher.email)
    assert is_signed_in(client)


@pytest.mark.finding(2)
def test_a_pupil_who_floods_the_sign_in_does_not_close_it_for_the_school(client: Client) -> None:
    teacher = make_teacher()
    sign_in(client, teacher.email)
    client.post("/accounts/logout/")
    for number in range(31):
        sign_in(Client(), f"nobody{number}@example.org", "wrong")
    sign_in(client, teacher.email)
    assert is_signed_in(client)


@pytest.mark.finding(2)
def test_a_stranger_with_an_account_at_the_same_address_guesses_no_further() -> None:
    """Whoever signs up with the teacher's address has a device that is known, but for himself."""
    teacher = make_teacher()
    stranger = Client(REMOTE_ADDR="10.9.8.7")
    form = {"email": teacher.email, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    stranger.post("/accounts/signup/", form)
    assert is_signed_in(stranger)
    stranger.post("/accounts/logout/")
    for _ in range(5):
        sign_in(Client(REMOTE_ADDR="10.9.8.7"), teacher.email, "wrong")
    sign_in(stranger, teacher.email)
    assert not is_signed_in(stranger)
    sign_in(stranger, teacher.email, NEW_PASSWORD)
    assert is_signed_in(stranger)
    assert User.objects.get(pk=stranger.session["_auth_user_id"]) != teacher


@pytest.mark.finding(2)
def test_a_known_device_has_limits_too(client: Client) -> None:
    teacher = make_teacher()
    sign_in(client, teacher.email)
    client.post("/accounts/logout/")
    for _ in range(10):
        sign_in(client, teacher.email, "wrong")
    assert "Too many failed" in sign_in(client, teacher.email).content.decode()


@pytest.mark.finding(2)
def test_a_forged_device_is_nobodys() -> None:
    teacher = make_teacher()
    stranger = Client(REMOTE_ADDR="10.9.8.7")
    stranger.cookies[KNOWN_DEVICE] = signing.dumps(teacher.pk, salt="another", key="guessed")
    for _ in range(5):
        sign_in(stranger, teacher.email, "wrong")
    sign_in(stranger, teacher.email)
    assert not is_signed_in(stranger)


@pytest.mark.finding(2)
def test_while_others_guess_a_mailed_link_lets_the_teacher_in_on_a_new_device() -> None:
    teacher = make_teacher()
    for number in range(100):
        sign_in(Client(REMOTE_ADDR=f"10.9.{number}.7"), teacher.email, "wrong")
    new = Client(REMOTE_ADDR="192.0.2.1")
    sign_in(new, teacher.email)
    assert not is_signed_in(new)
    new.post("/accounts/password/reset/", {"email": teacher.email})
    form = new.get(link_in_mail(), follow=True)
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    new.post(form.redirect_chain[-1][0], passwords)
    sign_in(new, teacher.email, NEW_PASSWORD)
    assert is_signed_in(new)


@pytest.mark.finding(3)
def test_an_administrator_signs_in_by_the_name_that_createsuperuser_asked_for(
    client: Client,
) -> None:
    User.objects.create_superuser("head", "Head@Example.org", PASSWORD)
    sign_in(client, "head")
    assert client.get("/admin/").status_code == 200


@pytest.mark.finding(6)
@pytest.mark.parametrize(
    "act",
    ["logout", "change", "reset", "block", "delete"],
)
@pytest.mark.django_db(transaction=True)
def test_the_dashboards_hear_when_a_teacher_may_no_longer_see(
    client: Client, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher = make_teacher()
    key = teacher.pk
    other = make_teacher("other@example.org")
    client.force_login(teacher)
    heard: list[int] = []
    monkeypatch.setattr(news, "authority_changed", heard.append)
    passwords = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    if act == "logout":
        client.post("/accounts/logout/")
    elif act == "change":
        client.post("/accounts/password/change/", {"oldpassword": PASSWORD, **passwords})
    elif act == "reset":
        Client().post("/accounts/password/reset/", {"email": teacher.email})
        stranger = Client()
        form = stranger.get(link_in_mail(), follow=True)
        stranger.post(form.redirect_chain[-1][0], passwords)
    elif act == "block":
        teacher.is_active = False
        teacher.save()
    else:
        client.post("/accounts/delete/", {"password": PASSWORD})
    assert set(heard) == {key}
    assert other.pk not in heard


@pytest.mark.finding(8)
@pytest.mark.parametrize("verification", ["optional", "mandatory"])
def test_signing_up_does_not_tell_whether_an_address_is_registered(
    settings: Settings, verification: str
) -> None:
    settings.ACCOUNT_EMAIL_VERIFICATION = verification
    settings.ACCOUNT_PREVENT_ENUMERATION = True if verification == "mandatory" else "strict"
    make_teacher("known@example.org")
    answers = [sign_up(Client(), address) for address in ("known@example.org", "new@example.org")]
    known, new = answers
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert known.cookies.keys() == new.cookies.keys()


@pytest.mark.finding(8)
def test_who_signs_up_with_anothers_address_gets_nothing_of_theirs(client: Client) -> None:
    teacher = make_teacher("known@example.org")
    course = make_course(teacher)
    data = {"email": teacher.email, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    client.post("/accounts/signup/", data)
    assert client.get(course.get_absolute_url()).status_code == 404
    sign_in(other := Client(), teacher.email)
    assert other.get(course.get_absolute_url()).status_code == 200


@pytest.mark.finding(5)
def test_the_demonstration_teacher_is_nobody_once_others_reach_the_site(
    client: Client, settings: Settings
) -> None:
    demo = demo_teacher()
    sign_in(client, demo.email, DEMO_PASSWORD)
    assert is_signed_in(client)
    settings.IS_PUBLIC = True
    assert not is_signed_in(client)
    sign_in(again := Client(), demo.email, DEMO_PASSWORD)
    assert not is_signed_in(again)


@pytest.mark.finding(19)
def test_an_account_is_deleted_with_its_password_and_everything_in_it(client: Client) -> None:
    teacher = make_teacher()
    session = make_session(make_course(teacher))
    make_sample(make_participant(session))
    client.force_login(teacher)
    page = client.get("/accounts/delete/").content.decode()
    assert "Recorded moments</dt><dd>1<" in page
    assert client.post("/accounts/delete/", {"password": "wrong"}).status_code == 400
    assert client.post("/accounts/delete/", {"password": PASSWORD})["Location"] == "/"
    assert not User.objects.exists()
    assert not Sample.objects.exists()
    assert not is_signed_in(client)


@pytest.mark.finding(19)
def test_a_stranger_deletes_no_account(client: Client) -> None:
    make_teacher()
    assert (
        "/accounts/login/" in client.post("/accounts/delete/", {"password": PASSWORD})["Location"]
    )
    assert User.objects.count() == 1


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
    data = {"email": "maria@example.org", "password1": "12345678"}
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
