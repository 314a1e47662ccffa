import pytest
from django.core import signing
from django.utils import timezone

from sessions import services
from sessions.joining.admission import Refusal, Refused, admit
from sessions.joining.cookies import SALT, cookie_name
from sessions.models import ClassSession, Connection, Participant
from tests.factories import join, make_session

Joined = tuple[Participant, dict[str, str]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ClassSession:
    return make_session(title="Waves", interval_s=2.0, show_engagement=False)


@pytest.fixture
def joined(session: ClassSession) -> Joined:
    """A participant and its cookies."""
    participant, token = join(session, "Ada")
    return participant, {cookie_name(session.code): signing.dumps(token, salt=SALT)}


def refusal(cookies: dict[str, str], code: str) -> Refusal:
    with pytest.raises(Refused) as refused:
        admit(cookies, code)
    assert str(refused.value)
    return refused.value.reason


def test_a_participant_is_let_in_and_its_stay_noted(session: ClassSession, joined: Joined) -> None:
    participant, cookies = joined
    me = admit(cookies, session.code)
    assert (me.participant_id, me.name, me.session_id) == (participant.pk, "Ada", session.pk)
    assert (me.title, me.state, me.interval_s, me.show_engagement) == ("Waves", "live", 2.0, False)
    assert (me.start, me.token_hash) == (session.start, participant.token_hash)
    assert Connection.objects.get(pk=me.connection_id).participant == participant


def test_later_connections_have_higher_numbers(session: ClassSession, joined: Joined) -> None:
    _, cookies = joined
    assert admit(cookies, session.code).connection_id < admit(cookies, session.code).connection_id


@pytest.mark.finding(1)
def test_strangers_hear_the_same_whether_there_is_a_class(
    session: ClassSession, joined: Joined
) -> None:
    _, cookies = joined
    other = make_session()
    moved = {cookie_name(other.code): cookies[cookie_name(session.code)]}
    for shown, code in (({}, "ZZZZZZ"), ({}, session.code), (moved, other.code)):
        assert refusal(shown, code) == Refusal.STRANGER
    forged = {cookie_name(session.code): "forged"}
    assert refusal(forged, session.code) == Refusal.STRANGER


def test_members_are_refused_each_for_their_reason(session: ClassSession, joined: Joined) -> None:
    participant, cookies = joined
    participant.left_at = timezone.now()
    participant.save()
    assert refusal(cookies, session.code) == Refusal.LEFT
    participant.removed_at = timezone.now()
    participant.save()
    assert refusal(cookies, session.code) == Refusal.REMOVED
    services.end_session(session)
    assert refusal(cookies, session.code) == Refusal.ENDED
    assert Connection.objects.count() == 0
