"""A student's private link: who gets in, and what its holder may do from any browser."""

from __future__ import annotations

import pytest
from django.core.mail import EmailMessage
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from sessions.codes import hash_token
from sessions.joining import disputes
from sessions.joining.cookies import cookie_name
from sessions.models import ClassSession, Dispute, Participant, Sample
from tests import factories
from tests.join_pages import joined, page, sign_in, text
from tests.known_session import KnownSession
from tests.receipts import TOKEN, at, known_by_link

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> KnownSession:
    return known_by_link()


DOORS = [
    ("get", "private_link", ()),
    ("post", "private_link", ()),
    ("get", "go_on", ()),
    *(("get", "own_file", (kind,)) for kind in ("minutes", "samples", "json")),
    ("post", "call_wrong", ()),
    ("post", "take_back", (1,)),
    ("post", "mail_link", ()),
    ("post", "own_delete", ()),
]


def ask(
    client: Client, door: tuple[str, str, tuple[str, ...]], session: ClassSession, token: str
) -> HttpResponse:
    method, name, rest = door
    form = {"from_minute": 0, "to_minute": 1, "address": "eve@example.org"}
    address = at(name, session, *rest, token=token)
    return client.get(address) if method == "get" else client.post(address, form)  # type: ignore[return-value]


class TestStrangers:
    @pytest.mark.parametrize("door", DOORS, ids=lambda door: f"{door[0]} {door[1]} {door[2]}")
    def test_no_wrong_token_opens_a_door(
        self,
        client: Client,
        known: KnownSession,
        door: tuple[str, str, tuple[str, ...]],
        mailoutbox: list[EmailMessage],
    ) -> None:
        disputes.call_wrong(known.ann, 0, 60, "")
        elsewhere = factories.make_participant(token="elsewhere")
        client.force_login(known.teacher)
        for session, token in (
            (known.session, "guess"),
            (known.session, "elsewhere"),
            (elsewhere.session, TOKEN),
            (known.session, known.ann.token_hash),
        ):
            answer = ask(client, door, session, token)
            assert answer.status_code == 404
            assert "Nothing is stored under this link" in text(answer)
            assert answer["Referrer-Policy"] == "no-referrer"
        assert Participant.objects.count() == 4
        assert Dispute.objects.count() == 1
        assert mailoutbox == []

    def test_the_link_of_another_student_tells_nothing_of_this_one(
        self, client: Client, known: KnownSession
    ) -> None:
        disputes.call_wrong(known.bob, 0, 60, "Bob's own reason")
        content = text(client.get(at("private_link", known.session)))
        assert "Bob" not in content
        other = disputes.call_wrong(known.bob, 60, 120, "")
        client.post(at("take_back", known.session, other.pk))
        assert Dispute.objects.filter(participant=known.bob).count() == 2

    def test_guesses_count_as_wrong_codes_do_and_the_right_link_works_on(
        self, client: Client, known: KnownSession
    ) -> None:
        answers = [client.get(at("private_link", known.session, token=f"{n}")) for n in range(31)]
        assert [answer.status_code for answer in answers] == [404] * 30 + [429]
        assert answers[-1]["Retry-After"] == "60"
        assert client.get(at("private_link", known.session)).status_code == 200


class TestReading:
    def test_it_is_the_receipt_and_changes_nothing(
        self, client: Client, known: KnownSession
    ) -> None:
        answer = client.get(at("private_link", known.session))
        content = text(answer)
        assert not answer.cookies
        assert answer["Referrer-Policy"] == "no-referrer"
        assert "no-store" in answer["Cache-Control"]
        assert 'data-figure="own"' in content
        assert "Moments recorded</dt><dd>60, in 50 of them a face was seen" in content
        assert "<dd>compact (" in content
        ended = known.session.ended_at
        assert ended is not None
        assert "http://testserver" + at("private_link", known.session) in content
        assert client.get(page("student_page", known.session)).status_code == 302

    def test_it_does_not_go_on_by_itself_in_a_class_that_is_live(self, client: Client) -> None:
        session = factories.make_session()
        person = factories.make_participant(session, token=TOKEN, display_name="Ann")
        answer = client.get(at("private_link", session))
        assert not answer.cookies
        assert "Go on here as Ann" in text(answer)
        asked = client.get(at("go_on", session))
        assert cookie_name(session.code) not in asked.cookies
        person.refresh_from_db()
        assert person.token_hash == hash_token(TOKEN)
        went = client.post(at("private_link", session))
        assert went["Location"] == page("student_page", session)
        assert "Turn on camera" in text(client.get(page("student_page", session)))

    def test_another_site_cannot_make_a_browser_go_on_as_somebody(self) -> None:
        session = factories.make_session()
        factories.make_participant(session, token=TOKEN)
        client = Client(enforce_csrf_checks=True)
        assert client.post(at("private_link", session)).status_code == 403
        assert cookie_name(session.code) not in client.cookies
        asked = client.get(at("go_on", session))
        # Else the browser would not tell where the form comes from, and Django refuse it.
        assert asked["Referrer-Policy"] == "same-origin"
        token = text(asked).split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        form = {"csrfmiddlewaretoken": token}
        assert client.post(at("private_link", session), form).status_code == 302
        assert cookie_name(session.code) in client.cookies

    def test_who_was_taken_out_sees_the_record_and_cannot_go_on(self, client: Client) -> None:
        session = factories.make_session()
        factories.make_participant(session, token=TOKEN, removed_at=timezone.now())
        content = text(client.get(at("private_link", session)))
        assert "What is stored about you" in content
        assert "Go on here" not in content

    def test_the_own_browser_has_the_same_after_the_class(self, client: Client) -> None:
        session = factories.make_session()
        factories.make_sample(joined(client, session))
        client.post(page("participant_leave", session))
        content = text(client.get(page("student_page", session)))
        assert "You have left this class" in content
        assert 'data-figure="own"' in content
        assert "This was wrong" in content

    def test_where_only_presence_is_counted_it_tells_no_more(
        self, client: Client, known: KnownSession, settings: Settings
    ) -> None:
        settings.POLICY = "presence"
        content = text(client.get(at("private_link", known.session)))
        assert "Your coverage over time" in content
        for word in ("happy", "Mean engagement", "compact", "probabilities", "index-"):
            assert word not in content

    @pytest.mark.parametrize(
        ("kind", "name"),
        [("minutes", "-minutes.csv"), ("samples", "-samples.csv"), ("json", ".json")],
    )
    def test_every_file_comes_as_a_download(
        self, client: Client, known: KnownSession, kind: str, name: str
    ) -> None:
        answer = client.get(at("own_file", known.session, kind))
        assert answer.status_code == 200
        assert f'{name}"' in answer["Content-Disposition"]
        assert "no-store" in answer["Cache-Control"]
        assert client.get(at("own_file", known.session, "pdf")).status_code == 404

    def test_a_name_and_a_reason_are_shown_as_text(
        self, client: Client, known: KnownSession
    ) -> None:
        Participant.objects.filter(pk=known.ann.pk).update(display_name="<b>Ann</b>")
        disputes.call_wrong(known.ann, 0, 60, "<script>alert(1)</script>")
        content = text(client.get(at("private_link", known.session)))
        assert "&lt;b&gt;Ann" in content
        assert "<script>alert" not in content


class TestDeleting:
    def test_from_another_browser(self, known: KnownSession) -> None:
        disputes.call_wrong(known.ann, 0, 60, "")
        client = Client(enforce_csrf_checks=True)
        content = text(client.post(at("own_delete", known.session)))
        assert "60 recorded moments" in content
        assert not Participant.objects.filter(pk=known.ann.pk).exists()
        assert not Dispute.objects.exists()
        assert Sample.objects.count() == 5
        assert client.get(at("private_link", known.session)).status_code == 404

    @pytest.mark.parametrize(("token", "forgotten"), [(TOKEN, True), ("bobs", False)])
    def test_a_browser_that_is_somebody_else_stays_so(
        self, known: KnownSession, token: str, forgotten: bool
    ) -> None:
        client = Client()
        sign_in(client, known.session, token)
        answer = client.post(at("own_delete", known.session))
        assert (cookie_name(known.session.code) in answer.cookies) is forgotten
        assert ("this browser has forgotten" in text(answer)) is forgotten

    def test_a_link_that_is_only_opened_deletes_nothing(
        self, client: Client, known: KnownSession
    ) -> None:
        for name, rest in (("own_delete", ()), ("call_wrong", ()), ("take_back", (1,))):
            assert client.get(at(name, known.session, *rest)).status_code == 405
        assert Participant.objects.count() == 3
