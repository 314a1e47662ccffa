from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.http import HttpResponse
from django.utils import timezone
from pytest_django import Settings

from sessions.joining import cookies as participants
from sessions.models import Participant
from tests.factories import join, make_session

pytestmark = pytest.mark.django_db


def cookies_of(participant: Participant, token: str) -> dict[str, str]:
    response = HttpResponse()
    participants.set_participant_cookie(response, participant.session.code, token)
    return {name: morsel.value for name, morsel in response.cookies.items()}


def test_the_cookie_leads_back_to_the_participant() -> None:
    participant, token = join(make_session(), "Ada")
    cookies = cookies_of(participant, token)
    assert participants.participant_from_cookies(cookies, participant.session.code) == participant


def test_the_cookie_of_one_session_opens_no_other() -> None:
    participant, token = join(make_session(), "Ada")
    other = make_session()
    value = next(iter(cookies_of(participant, token).values()))
    stolen = {participants.cookie_name(other.code): value}
    assert participants.participant_from_cookies(stolen, other.code) is None


@pytest.mark.parametrize("value", ["", "x", "a:b:c"])
def test_a_forged_cookie_is_nobody(value: str) -> None:
    session = make_session()
    cookies = {participants.cookie_name(session.code): value}
    assert participants.participant_from_cookies(cookies, session.code) is None


def test_a_rightly_signed_unknown_token_is_nobody() -> None:
    session = make_session()
    cookies = {
        participants.cookie_name(session.code): signing.dumps("unknown", salt=participants.SALT)
    }
    assert participants.participant_from_cookies(cookies, session.code) is None


def test_scripts_cannot_read_the_cookie() -> None:
    participant, token = join(make_session(), "Ada")
    response = HttpResponse()
    participants.set_participant_cookie(response, participant.session.code, token)
    morsel = response.cookies[participants.cookie_name(participant.session.code)]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"


@pytest.mark.finding(19)
@pytest.mark.parametrize(("kept", "days"), [(90, 92), (3650, 400)])
def test_the_cookie_lasts_as_long_as_the_record(settings: Settings, kept: int, days: int) -> None:
    settings.RETENTION_DAYS = kept
    response = HttpResponse()
    participants.set_participant_cookie(response, "ABCDEF", "token")
    assert response.cookies["participant_ABCDEF"]["max-age"] == days * 24 * 3600


@pytest.mark.finding(19)
def test_an_old_cookie_is_good_while_the_record_is_there() -> None:
    participant, token = join(make_session(), "Ada")
    with time_machine.travel(timezone.now() - timedelta(days=80)):
        cookies = cookies_of(participant, token)
    assert participants.participant_from_cookies(cookies, participant.session.code) == participant
