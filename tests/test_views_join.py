"""The student's pages over HTTP: who gets in, who is kept out, and what can be undone."""

from collections.abc import Iterator

import pytest
from django.core import signing
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from pytest_django.fixtures import Settings

from inference.service import served_manifest
from sessions import services
from sessions.joining.cookies import cookie_name
from sessions.joining.pages import WRONG_CODES_A_MINUTE
from sessions.models import ClassSession, Participant
from tests import factories
from tests.join_pages import JOIN_AS_ADA, joined, page, sign_in, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_earlier_guesses() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def session() -> ClassSession:
    return factories.make_session()


class TestCode:
    def test_a_page_asks_for_the_code(self, client: Client) -> None:
        response = client.get(reverse("join"))
        assert response.status_code == 200
        assert 'name="code"' in text(response)

    def test_a_given_code_leads_to_its_class(self, client: Client) -> None:
        response = client.get(reverse("join"), {"code": " abc-234"})
        assert response.status_code == 302
        assert response["Location"] == "/join/ABC234/"

    @pytest.mark.parametrize("typed", ["", "--", "a/b", "ä", "x" * 41])
    def test_what_is_no_code_is_asked_for_again(self, client: Client, typed: str) -> None:
        response = client.get(reverse("join"), {"code": typed})
        assert response.status_code == 400
        assert "errorlist" in text(response)

    def test_a_link_typed_in_small_letters_works(
        self, client: Client, session: ClassSession
    ) -> None:
        response = client.get(f"/join/{session.code.lower()}/", follow=True)
        assert response.redirect_chain[-1] == (page("join_session", session), 302)
        assert response.status_code == 200

    @pytest.mark.parametrize("code", ["ZZZZZZ", "-", "%00", "%20", "%C3%A4", "Z" * 300])
    def test_an_unknown_code_says_what_to_do(self, client: Client, code: str) -> None:
        response = client.get(f"/join/{code}/")
        assert response.status_code == 404
        assert "There is no class with this code." in text(response)

    def test_many_wrong_codes_are_held_up_also_with_the_right_one(
        self, client: Client, session: ClassSession
    ) -> None:
        for _ in range(WRONG_CODES_A_MINUTE):
            assert client.get("/join/ZZZZZZ/").status_code == 404
        assert client.get("/join/ZZZZZZ/").status_code == 429
        assert client.get(page("join_session", session)).status_code == 429

    def test_guesses_of_others_do_not_hold_up_who_has_joined(
        self, client: Client, session: ClassSession
    ) -> None:
        joined(client, session)
        for _ in range(WRONG_CODES_A_MINUTE + 1):
            Client().get("/join/ZZZZZZ/")
        assert client.get(page("join_session", session), follow=True).status_code == 200


class TestConsent:
    def test_it_tells_what_is_analysed_and_kept(
        self, client: Client, session: ClassSession, settings: Settings
    ) -> None:
        settings.RETENTION_DAYS = 17
        content = text(client.get(page("join_session", session)))
        for words in (
            "angry, disgusted, afraid, happy, neutral, sad or surprised",
            "deleted 17 days after the class",
            "pictures, video and sound",
            "No classmate does.",
            "voluntary",
            "never a grade",
        ):
            assert words in content

    def test_where_only_presence_is_counted_no_emotion_is_promised(
        self, client: Client, session: ClassSession, settings: Settings
    ) -> None:
        settings.POLICY = "presence"
        content = text(client.get(page("join_session", session)))
        assert "It estimates no emotions." in content
        assert "probabilities" not in content

    def test_joining_sets_a_cookie_and_opens_the_class(
        self, client: Client, session: ClassSession
    ) -> None:
        response = client.post(page("join_session", session), JOIN_AS_ADA)
        assert response.status_code == 302
        assert response["Location"] == page("student_page", session)
        cookie = response.cookies[cookie_name(session.code)]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        participant = Participant.objects.get()
        assert participant.display_name == "Ada"
        assert participant.consented_at is not None

    def test_without_consent_nothing_is_stored(self, client: Client, session: ClassSession) -> None:
        response = client.post(page("join_session", session), {"display_name": "Ada"})
        assert response.status_code == 400
        assert "Tick the box if you agree." in text(response)
        assert not Participant.objects.exists()

    def test_an_empty_post_is_refused(self, client: Client, session: ClassSession) -> None:
        assert client.post(page("join_session", session)).status_code == 400

    def test_a_full_session_says_so(
        self, client: Client, session: ClassSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(services, "MOST_PARTICIPANTS", 0)
        response = client.post(page("join_session", session), JOIN_AS_ADA)
        assert response.status_code == 400
        assert "This session is full." in text(response)

    def test_a_choice_from_the_roster_is_remembered_as_the_student(
        self, client: Client, session: ClassSession
    ) -> None:
        student = factories.make_student(session.course)
        client.post(page("join_session", session), {"student": student.pk, "consent": "on"})
        participant = Participant.objects.get()
        assert (participant.student, participant.display_name) == (student, student.name)

    def test_the_roster_of_another_course_is_refused(
        self, client: Client, session: ClassSession
    ) -> None:
        factories.make_student(session.course)
        other = factories.make_student()
        response = client.post(
            page("join_session", session), {"student": other.pk, "consent": "on"}
        )
        assert response.status_code == 400
        assert other.name not in text(response)
        assert not Participant.objects.exists()

    def test_a_browser_that_has_joined_stays_the_same_participant(
        self, client: Client, session: ClassSession
    ) -> None:
        joined(client, session)
        for response in (
            client.get(page("join_session", session)),
            client.post(page("join_session", session), {"display_name": "Eve", "consent": "on"}),
        ):
            assert response.status_code == 302
            assert response["Location"] == page("student_page", session)
        assert Participant.objects.count() == 1

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_an_ended_class_takes_nobody_in(self, client: Client, method: str) -> None:
        session = factories.make_session(state="ended")
        response = getattr(client, method)(page("join_session", session), JOIN_AS_ADA)
        assert response.status_code == 410
        assert "This class has ended" in text(response)
        assert not Participant.objects.exists()

    def test_a_name_is_shown_as_text(self, client: Client, session: ClassSession) -> None:
        client.post(page("join_session", session), {"display_name": "<b>Ada</b>", "consent": "on"})
        content = text(client.get(page("student_page", session)))
        assert "&lt;b&gt;Ada&lt;/b&gt;" in content
        assert "<b>Ada" not in content


class TestStudentPage:
    def test_it_shows_the_class(self, client: Client, session: ClassSession) -> None:
        joined(client, session)
        response = client.get(page("student_page", session))
        assert response.status_code == 200
        assert f"/ws/class/{session.code}/" in text(response)
        assert "Turn on camera" in text(response)

    def test_it_is_never_kept_by_the_browser(self, client: Client, session: ClassSession) -> None:
        joined(client, session)
        assert "no-store" in client.get(page("student_page", session))["Cache-Control"]

    @pytest.mark.parametrize(
        ("shown", "words"), [(True, "Engagement, 0 to 1"), (False, "only your")]
    )
    def test_engagement_is_shown_where_the_teacher_wants_it(
        self, client: Client, shown: bool, words: str
    ) -> None:
        session = factories.make_session(show_engagement=shown)
        joined(client, session)
        content = text(client.get(page("student_page", session)))
        assert words in content
        assert ("Engagement, 0 to 1" in content) is shown
        model = served_manifest()
        assert model is not None
        stated = escape(f"Model: {model.title} (initial weights: {model.initial_weights})")
        assert stated in content

    def test_where_only_presence_is_counted_it_shows_no_emotions(
        self, client: Client, session: ClassSession, settings: Settings
    ) -> None:
        settings.POLICY = "presence"
        joined(client, session)
        content = text(client.get(page("student_page", session)))
        assert "data-emotion" not in content
        assert "Engagement, 0 to 1" not in content
        assert "Model: " not in content

    def test_after_the_class_it_shows_what_is_stored(self, client: Client) -> None:
        session = factories.make_session()
        factories.make_sample(joined(client, session))
        ClassSession.objects.update(state="ended")
        content = text(client.get(page("student_page", session)))
        assert "This class has ended" in content
        assert "<dd>1, in 1 of them a face was seen</dd>" in content
        assert page("participant_data", session) in content
        assert "Turn on camera" not in content

    def test_it_asks_the_database_a_fixed_number_of_questions(
        self, client: Client, session: ClassSession, django_assert_num_queries: object
    ) -> None:
        joined(client, session)
        with django_assert_num_queries(3):  # type: ignore[operator]
            client.get(page("student_page", session))


@pytest.mark.parametrize("name", ["student_page", "participant_leave", "participant_delete"])
class TestStrangers:
    """None of these gets in, and nothing of the real participant changes."""

    @pytest.fixture
    def victim(self, session: ClassSession) -> Participant:
        return factories.make_participant(session, token="victim")

    def ask(self, client: Client, name: str, session: ClassSession) -> HttpResponse:
        method = client.get if name == "student_page" else client.post
        return method(page(name, session))  # type: ignore[return-value]

    @pytest.mark.parametrize("cookie", ["", "forged", "victim", "a:b:c"])
    def test_an_unsigned_cookie(
        self, client: Client, session: ClassSession, victim: Participant, name: str, cookie: str
    ) -> None:
        client.cookies[cookie_name(session.code)] = cookie
        self.is_refused(client, name, session, victim)

    def test_a_cookie_signed_for_something_else(
        self, client: Client, session: ClassSession, victim: Participant, name: str
    ) -> None:
        client.cookies[cookie_name(session.code)] = signing.dumps("victim", salt="other")
        self.is_refused(client, name, session, victim)

    def test_a_token_that_is_nobodys(
        self, client: Client, session: ClassSession, victim: Participant, name: str
    ) -> None:
        sign_in(client, session, "guessed")
        self.is_refused(client, name, session, victim)

    def test_the_token_of_another_class(
        self, client: Client, session: ClassSession, victim: Participant, name: str
    ) -> None:
        factories.make_participant(token="elsewhere")
        sign_in(client, session, "elsewhere")
        self.is_refused(client, name, session, victim)

    def test_the_token_of_who_was_deleted(
        self, client: Client, session: ClassSession, victim: Participant, name: str
    ) -> None:
        factories.make_participant(session, token="deleted").delete()
        sign_in(client, session, "deleted")
        self.is_refused(client, name, session, victim)

    def is_refused(
        self, client: Client, name: str, session: ClassSession, victim: Participant
    ) -> None:
        response = self.ask(client, name, session)
        assert response.status_code == 302
        assert response["Location"] == page("join_session", session)
        assert "This browser" in text(client.get(response["Location"]))
        victim.refresh_from_db()
        assert victim.left_at is None
        assert client.get(page("participant_data", session)).status_code == 404
