"""What a student can undo over HTTP: leave, delete, and see what is stored."""

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from sessions.joining.cookies import cookie_name
from sessions.models import ClassSession, Participant, Sample
from tests import factories
from tests.join_pages import JOIN_AS_ADA, joined, page, sign_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ClassSession:
    return factories.make_session()


class TestLeaving:
    def test_leaving_ends_the_stay_and_keeps_the_record(
        self, client: Client, session: ClassSession
    ) -> None:
        participant = joined(client, session)
        factories.make_sample(participant)
        response = client.post(page("participant_leave", session), follow=True)
        participant.refresh_from_db()
        assert participant.left_at is not None
        assert Sample.objects.count() == 1
        assert "You have left this class" in text(response)
        assert "Delete my data" in text(response)

    def test_leaving_twice_keeps_the_first_time(
        self, client: Client, session: ClassSession
    ) -> None:
        participant = joined(client, session)
        client.post(page("participant_leave", session))
        participant.refresh_from_db()
        left_at = participant.left_at
        client.post(page("participant_leave", session))
        participant.refresh_from_db()
        assert participant.left_at == left_at

    def test_who_has_left_may_go_on_under_the_same_name(
        self, client: Client, session: ClassSession
    ) -> None:
        first = joined(client, session)
        client.post(page("participant_leave", session))
        assert "You left this class earlier" in text(client.get(page("join_session", session)))
        assert joined(client, session) == first
        assert client.get(page("student_page", session)).status_code == 200


class TestDeleting:
    def test_everything_of_the_participant_is_gone(
        self, client: Client, session: ClassSession
    ) -> None:
        other = factories.make_sample(factories.make_participant(session))
        factories.make_sample(joined(client, session))
        response = client.post(page("participant_delete", session))
        assert response.status_code == 200
        assert "Your data is deleted" in text(response)
        assert response.cookies[cookie_name(session.code)].value == ""
        assert list(Participant.objects.all()) == [other.participant]
        assert list(Sample.objects.all()) == [other]

    @pytest.mark.parametrize("state", ["ended", "left"])
    def test_it_works_after_the_class_and_after_leaving(
        self, client: Client, session: ClassSession, state: str
    ) -> None:
        joined(client, session)
        if state == "ended":
            ClassSession.objects.update(state="ended")
        else:
            client.post(page("participant_leave", session))
        client.post(page("participant_delete", session))
        assert not Participant.objects.exists()


class TestData:
    def test_it_tells_what_is_stored(
        self, client: Client, session: ClassSession, settings: Settings
    ) -> None:
        settings.RETENTION_DAYS = 30
        participant = joined(client, session)
        factories.make_sample(participant)
        factories.make_sample(participant, second=1, emotion="")
        factories.make_sample(factories.make_participant(session))
        stored = client.get(page("participant_data", session)).json()
        assert stored.pop("joined_at").startswith(f"{participant.joined_at:%Y-%m-%dT%H:%M}")
        assert stored == {
            "name": "Ada",
            "session": session.title,
            "samples": 2,
            "usable": 1,
            "retention_days": 30,
        }

    def test_a_teacher_gets_nothing_here(self, client: Client, session: ClassSession) -> None:
        factories.make_participant(session)
        client.force_login(session.course.owner)
        assert client.get(page("participant_data", session)).status_code == 404


@pytest.mark.parametrize("name", ["join_session", "participant_leave", "participant_delete"])
def test_posts_of_other_sites_are_refused(session: ClassSession, name: str) -> None:
    client = Client(enforce_csrf_checks=True)
    factories.make_participant(session, token="mine")
    if name != "join_session":
        sign_in(client, session, "mine")
    assert client.post(page(name, session), JOIN_AS_ADA).status_code == 403
    assert Participant.objects.get().left_at is None


@pytest.mark.parametrize("name", ["participant_leave", "participant_delete"])
def test_a_link_changes_nothing(client: Client, session: ClassSession, name: str) -> None:
    joined(client, session)
    assert client.get(page(name, session)).status_code == 405
    assert Participant.objects.get().left_at is None
