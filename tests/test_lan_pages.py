"""What plain HTTP answers where the site serves HTTPS itself."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from engagement_site.lan import FOLDER
from engagement_site.lan.certificates import certificate_for
from engagement_site.lan.devices import DEVICES, own_device
from tests.factories import make_session

pytestmark = pytest.mark.django_db
ADDRESS = "192.168.1.20"


@pytest.fixture
def lan(settings: Settings, tmp_path: Path) -> None:
    certificate_for(tmp_path / FOLDER, ["localhost", ADDRESS])
    settings.DATA_DIR, settings.TLS_PORT = tmp_path, 8443
    settings.ALLOWED_HOSTS = ["localhost", ADDRESS]
    settings.SITE_ORIGIN = f"https://{ADDRESS}:8443"


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": f"{ADDRESS}:8000"})


@pytest.mark.usefixtures("lan")
def test_plain_http_leads_to_the_page_about_trust_and_that_to_where_one_was_going(
    client: Client,
) -> None:
    answer = client.get("/join/ABC-DEF/?a=1", follow=True)
    assert answer.redirect_chain == [("/trust/?next=%2Fjoin%2FABC-DEF%2F%3Fa%3D1", 302)]
    assert f'href="https://{ADDRESS}:8443/join/ABC-DEF/?a=1"' in answer.content.decode()
    assert client.get("/healthz").status_code == 200


@pytest.mark.usefixtures("lan")
@pytest.mark.parametrize(
    "wanted", ["//evil.example", "/\\evil.example", "https://evil.example", ""]
)
def test_it_leads_nowhere_else(client: Client, wanted: str) -> None:
    page = client.get("/trust/", {"next": wanted}).content.decode()
    assert f'href="https://{ADDRESS}:8443/"' in page
    assert "evil" not in page


@pytest.mark.usefixtures("lan")
def test_over_https_pages_are_themselves(client: Client) -> None:
    assert client.get("/join/", secure=True).status_code == 200


@pytest.mark.usefixtures("lan")
def test_the_authority_is_downloaded_and_its_key_is_not(client: Client) -> None:
    answer = client.get("/trust/class.crt")
    assert answer["Content-Type"] == "application/x-x509-ca-cert"
    assert answer.content.startswith(b"-----BEGIN CERTIFICATE-----")
    assert b"PRIVATE" not in answer.content


@pytest.mark.usefixtures("lan")
def test_the_lobby_hands_out_the_address_that_students_reach() -> None:
    session = make_session(state="planned")
    here = Client(headers={"host": "localhost:8443"})
    here.force_login(session.course.owner)
    page = here.get(session.get_absolute_url(), secure=True).content.decode()
    assert f"https://{ADDRESS}:8443/join/{session.code}/" in page
    assert "on this computer only" not in page


def test_a_site_without_https_of_its_own_has_no_such_page(client: Client) -> None:
    here = Client()
    assert here.get("/trust/").status_code == 404
    assert here.get("/trust/class.crt").status_code == 404
    assert here.get("/join/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "key"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "ios"),
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) Chrome/150.0 Mobile Safari/537.36", "android"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) Chrome/150.0 Safari/537.36", "chromeos"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/150.0 Safari/537.36", "windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/19.0 Safari/605.1.15", "macos"),
        ("Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0", "linux"),
        ("curl/8", ""),
    ],
)
@pytest.mark.usefixtures("lan")
def test_the_page_begins_with_the_device_at_hand(client: Client, agent: str, key: str) -> None:
    assert own_device(agent) == key
    page = client.get("/trust/", headers={"user-agent": agent}).content.decode()
    assert page.count("<details") == len(DEVICES)
    assert page.count(" open>") == (1 if key else 0)
    first = page[page.index("<details") :].partition("</h2>")[0]
    assert key == "" or "yours, it seems" in first
