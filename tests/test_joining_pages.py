"""The student's pages over HTTP: who gets in, who is kept out, and what can be undone."""

import pytest
from django.core import signing
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from sessions.joining import membership
from sessions.joining.cookies import cookie_name
from sessions.models import ClassSession, Participant, Takeover
from sessions.site import limits
from tests import factories
from tests.join_pages import JOIN_AS_ADA, joined, page, sign_in, text

pytestmark = pytest.mark.django_db


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

    @pytest.mark.finding(2)
    def test_many_wrong_codes_hold_up_wrong_ones_only(
        self, client: Client, session: ClassSession
    ) -> None:
        """A whole school stands behind the address of one pupil who guesses."""
        answers = [client.get("/join/ZZZZZZ/") for _ in range(31)]
        assert [answer.status_code for answer in answers] == [404] * 30 + [429]
        assert answers[-1]["Retry-After"] == "60"
        assert client.get(page("join_session", session)).status_code == 200
        elsewhere = Client(REMOTE_ADDR="10.1.2.3")
        assert elsewhere.get("/join/ZZZZZZ/").status_code == 404

    @pytest.mark.finding(2)
    def test_guesses_from_many_addresses_are_counted_together(self) -> None:
        codes = [
            Client(REMOTE_ADDR=f"10.0.{n // 20}.1").get("/join/ZZZZZZ/").status_code
            for n in range(601)
        ]
        assert codes == [404] * 600 + [429]


class TestDoor:
    @pytest.mark.finding(4)
    def test_one_address_cannot_fill_a_class(self, session: ClassSession) -> None:
        def come(number: int, address: str) -> int:
            form = {"display_name": f"Pupil {number}", "consent": "on"}
            client = Client(REMOTE_ADDR=address)
            return client.post(page("join_session", session), form).status_code

        flood = [come(number, "10.0.0.1") for number in range(125)]
        assert flood == [302] * 120 + [429] * 5
        assert come(999, "10.0.0.2") == 302

    @pytest.mark.finding(4)
    @pytest.mark.parametrize(
        ("limit", "advice", "retry_after_s"),
        [("JOINS", "Wait a minute", "60"), ("JOINS_OF_A_DAY", "Tell your teacher", "86400")],
    )
    def test_who_joins_too_often_is_told_when_to_come_again(
        self,
        client: Client,
        session: ClassSession,
        monkeypatch: pytest.MonkeyPatch,
        limit: str,
        advice: str,
        retry_after_s: str,
    ) -> None:
        spent = getattr(limits, limit)
        monkeypatch.setattr(spent, "spend", lambda *key: False)
        response = client.post(page("join_session", session), JOIN_AS_ADA)
        assert response.status_code == 429
        assert response["Retry-After"] == retry_after_s
        assert advice in text(response)
        assert not Participant.objects.exists()

    @pytest.mark.finding(4)
    def test_a_closed_door_is_told(self, client: Client) -> None:
        session = factories.make_session(is_locked=True)
        response = client.get(page("join_session", session))
        assert response.status_code == 403
        assert "closed the door" in text(response)
        assert client.post(page("join_session", session), JOIN_AS_ADA).status_code == 400
        assert not Participant.objects.exists()

    @pytest.mark.finding(4)
    def test_who_was_taken_out_does_not_come_back_by_the_same_browser(
        self, client: Client, session: ClassSession
    ) -> None:
        membership.remove(joined(client, session))
        response = client.post(page("join_session", session), JOIN_AS_ADA)
        assert response["Location"] == page("student_page", session)
        content = text(client.get(page("student_page", session)))
        assert "Your teacher has taken you out of this class" in content
        assert "Turn on camera" not in content
        assert Participant.objects.count() == 1

    @pytest.mark.finding(7)
    def test_the_list_is_not_told_to_whoever_has_the_code(self, client: Client) -> None:
        for shown in (False, True):
            session = factories.make_session(show_roster=shown)
            factories.make_student(session.course, "Grace Hopper")
            assert ("Grace Hopper" in text(client.get(page("join_session", session)))) is shown

    @pytest.mark.finding(7)
    def test_a_taken_name_asks_the_teacher_and_goes_on_when_allowed(
        self, client: Client, session: ClassSession
    ) -> None:
        ada = joined(Client(), session)
        refused = client.post(page("join_session", session), JOIN_AS_ADA)
        assert refused.status_code == 400
        assert "Ask the teacher" in text(refused)
        asked = client.post(page("join_session", session), {**JOIN_AS_ADA, "ask": "1"})
        assert asked["Location"] == page("join_wait", session)
        assert "Waiting for your teacher" in text(client.get(page("join_wait", session)))
        assert client.get(page("student_page", session)).status_code == 302
        membership.allow(Takeover.objects.get())
        response = client.get(page("join_wait", session), follow=True)
        assert response.redirect_chain[-1][0] == page("student_page", session)
        assert "Turn on camera" in text(response)
        assert Participant.objects.get() == ada

    @pytest.mark.finding(7)
    def test_a_refused_device_is_told_so(self, client: Client, session: ClassSession) -> None:
        joined(Client(), session)
        client.post(page("join_session", session), {**JOIN_AS_ADA, "ask": "1"})
        Takeover.objects.all().delete()
        response = client.get(page("join_wait", session), follow=True)
        assert "has not allowed it" in text(response)

    @pytest.mark.finding(7)
    def test_the_private_link_lets_another_browser_go_on(
        self, client: Client, session: ClassSession
    ) -> None:
        joined(client, session)
        content = text(client.get(page("student_page", session)))
        link = content.split("<code>")[1].split("</code>")[0].removeprefix("http://testserver")
        other = Client()
        assert "Go on here as Ada" in text(other.get(link))
        assert other.get(page("student_page", session)).status_code == 302
        assert other.post(link)["Location"] == page("student_page", session)
        assert "Turn on camera" in text(other.get(page("student_page", session)))

    @pytest.mark.finding(7)
    def test_a_guessed_private_link_is_nobodys(self, client: Client, session: ClassSession) -> None:
        joined(Client(), session)
        for method in (client.get, client.post):
            assert method(reverse("private_link", args=[session.code, "guess"])).status_code == 404

    @pytest.mark.finding(23)
    def test_a_program_that_plays_a_student_says_so(
        self, client: Client, session: ClassSession
    ) -> None:
        client.post(page("join_session", session), {**JOIN_AS_ADA, "simulated": "on"})
        joined(Client(), factories.make_session())
        marks = dict(Participant.objects.values_list("session", "is_simulated"))
        assert marks.pop(session.pk) is True
        assert list(marks.values()) == [False]

    @pytest.mark.finding(23)
    def test_an_error_is_told_at_the_top_and_takes_the_focus(
        self, client: Client, session: ClassSession
    ) -> None:
        content = text(client.post(page("join_session", session), {"display_name": ""}))
        summary = content[content.index('id="errors"') :]
        assert "autofocus" in summary[:100]
        assert 'href="#id_display_name"' in summary
        assert "if you agree" in summary
        assert content.index('id="errors"') < content.index("id_display_name")


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
        assert "Choose one of the two buttons if you agree." in text(response)
        assert not Participant.objects.exists()

    def test_an_empty_post_is_refused(self, client: Client, session: ClassSession) -> None:
        assert client.post(page("join_session", session)).status_code == 400

    def test_a_full_session_says_so(
        self, client: Client, session: ClassSession, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(membership, "MOST_PARTICIPANTS", 0)
        response = client.post(page("join_session", session), JOIN_AS_ADA)
        assert response.status_code == 400
        assert "This session is full." in text(response)

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
        assert reverse("model_card") in content
        assert "compact_mean" not in content

    def test_where_only_presence_is_counted_it_shows_no_emotions(
        self, client: Client, session: ClassSession, settings: Settings
    ) -> None:
        settings.POLICY = "presence"
        joined(client, session)
        content = text(client.get(page("student_page", session)))
        assert "data-emotion" not in content
        assert "Engagement, 0 to 1" not in content
        assert reverse("model_card") not in content

    def test_after_the_class_it_shows_what_is_stored(self, client: Client) -> None:
        session = factories.make_session()
        factories.make_sample(joined(client, session))
        ClassSession.objects.update(state="ended")
        content = text(client.get(page("student_page", session)))
        assert "This class has ended" in content
        assert "<dd>1, in 1 of them a face was seen</dd>" in content
        assert "JSON: everything" in content
        assert "Turn on camera" not in content

    def test_it_asks_the_database_a_fixed_number_of_questions(
        self, client: Client, session: ClassSession, django_assert_num_queries: object
    ) -> None:
        joined(client, session)
        with django_assert_num_queries(1):  # type: ignore[operator]
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
