import pytest
from django.test import Client, RequestFactory
from django.views.defaults import permission_denied, server_error
from pytest_django import Settings

from tests.factories import make_teacher


def test_home_offers_both_ways_in(client: Client) -> None:
    page = client.get("/").content.decode()
    assert 'action="/join/"' in page
    assert 'name="code"' in page
    assert "/accounts/signup/" in page
    assert "/accounts/login/" in page


def test_home_offers_no_sign_up_where_it_is_closed(client: Client, settings: Settings) -> None:
    settings.SIGNUP_OPEN = False
    page = client.get("/").content.decode()
    assert "/accounts/signup/" not in page
    assert "administrator" in page


@pytest.mark.django_db
def test_home_leads_a_signed_in_teacher_to_the_sessions(client: Client) -> None:
    client.force_login(make_teacher())
    assert client.get("/").headers["Location"] == "/sessions/"


def test_privacy_names_the_retention_the_law_and_the_estimates(
    client: Client, settings: Settings
) -> None:
    settings.RETENTION_DAYS = 17
    page = client.get("/privacy/").content.decode()
    assert "17 days" in page
    assert "5(1)(f)" in page
    assert "POLICY=presence" in page
    assert "never a grade" in page


def test_privacy_under_the_presence_policy_speaks_of_no_emotion_estimates(
    client: Client, settings: Settings
) -> None:
    settings.POLICY = "presence"
    page = client.get("/privacy/").content.decode()
    assert "seven" not in page
    assert "neither emotion nor engagement" in page


def test_an_unknown_address_has_a_page_of_its_own(client: Client) -> None:
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_says_what_to_do() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_teacher())
    answer = client.post("/courses/new/", {"name": "Biology"})
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


def test_pages_of_failure_need_nothing_that_may_have_failed(rf: RequestFactory) -> None:
    failed = server_error(rf.get("/"))
    assert failed.status_code == 500
    assert "went wrong" in failed.content.decode()
    assert "presence" not in failed.content.decode()


def test_a_refused_page_says_whom_to_ask(rf: RequestFactory) -> None:
    refused = permission_denied(rf.get("/"), Exception())
    assert refused.status_code == 403
    assert "administrator" in refused.content.decode()
