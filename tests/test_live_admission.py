import pytest
from django.core import signing
from django.utils import timezone

from sessions import services
from sessions.joining.admission import Refused, admit, clean_code
from sessions.joining.cookies import SALT, cookie_name
from sessions.live.protocol import CloseCode
from sessions.models import ClassSession, Connection, Participant
from tests.factories import make_session

Joined = tuple[Participant, dict[str, str]]
pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ClassSession:
    return make_session(title="Waves", interval_s=2.0, show_engagement=False)


@pytest.fixture
def joined(session: ClassSession) -> Joined:
    """A participant and its cookies."""
    participant, token = services.join(session, "Ada")
    return participant, {cookie_name(session.code): signing.dumps(token, salt=SALT)}


def refusal(cookies: dict[str, str], code: str) -> CloseCode:
    with pytest.raises(Refused) as refused:
        admit(cookies, code)
    assert str(refused.value)
    return refused.value.code


def test_a_participant_is_let_in_and_its_stay_noted(session: ClassSession, joined: Joined) -> None:
    participant, cookies = joined
    me = admit(cookies, session.code)
    assert (me.participant_id, me.name, me.session_id) == (participant.pk, "Ada", session.pk)
    assert (me.title, me.state, me.interval_s, me.show_engagement) == ("Waves", "live", 2.0, False)
    assert Connection.objects.get(pk=me.connection_id).participant == participant


def test_later_connections_have_higher_numbers(session: ClassSession, joined: Joined) -> None:
    _, cookies = joined
    assert admit(cookies, session.code).connection_id < admit(cookies, session.code).connection_id


def test_others_are_refused_each_for_its_reason(session: ClassSession, joined: Joined) -> None:
    participant, cookies = joined
    other = make_session()
    assert refusal(cookies, "ZZZZZZ") == CloseCode.NO_SUCH_SESSION
    assert refusal({}, session.code) == CloseCode.NOT_ALLOWED
    assert refusal({cookie_name(session.code): "forged"}, session.code) == CloseCode.NOT_ALLOWED
    moved = {cookie_name(other.code): cookies[cookie_name(session.code)]}
    assert refusal(moved, other.code) == CloseCode.NOT_ALLOWED
    participant.left_at = timezone.now()
    participant.save()
    assert refusal(cookies, session.code) == CloseCode.GONE
    services.end_session(session)
    assert refusal(cookies, session.code) == CloseCode.ENDED
    assert Connection.objects.count() == 0


@pytest.mark.parametrize("typed", ["", "x.y", "ä" * 6, "A" * 13, "class.1"])
def test_what_is_no_code_never_names_a_group(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        clean_code(typed)
    assert refused.value.code == CloseCode.NO_SUCH_SESSION


def test_a_code_is_read_as_it_was_meant() -> None:
    assert clean_code(" abc-def ") == "ABCDEF"
