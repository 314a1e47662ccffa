import pytest
from django.core import signing
from django.http import HttpResponse

from sessions import services
from sessions.joining import cookies as participants
from sessions.models import Participant
from tests.factories import make_session

pytestmark = pytest.mark.django_db


def cookies_of(participant: Participant, token: str) -> dict[str, str]:
    response = HttpResponse()
    participants.set_participant_cookie(response, participant, token)
    return {name: morsel.value for name, morsel in response.cookies.items()}


def test_the_cookie_leads_back_to_the_participant() -> None:
    participant, token = services.join(make_session(), "Ada")
    cookies = cookies_of(participant, token)
    assert participants.participant_from_cookies(cookies, participant.session.code) == participant


def test_the_cookie_of_one_session_opens_no_other() -> None:
    participant, token = services.join(make_session(), "Ada")
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
    participant, token = services.join(make_session(), "Ada")
    response = HttpResponse()
    participants.set_participant_cookie(response, participant, token)
    morsel = response.cookies[participants.cookie_name(participant.session.code)]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
