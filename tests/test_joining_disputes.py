"""A student says that a stretch was wrong, from any browser that has the private link."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client

from sessions.joining import disputes
from sessions.models import Dispute, Sample
from sessions.site import limits
from tests import factories
from tests.join_pages import page, sign_in, text
from tests.known_session import KnownSession
from tests.receipts import TOKEN, at, known_by_link

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> KnownSession:
    return known_by_link()


def say(
    known: KnownSession, form: Mapping[str, object] | None = None, client: Client | None = None
) -> HttpResponse:
    fields = {"from_minute": 2, "to_minute": 5, **(form or {})}
    client = client or Client(enforce_csrf_checks=True)
    return client.post(at("call_wrong", known.session), fields)  # type: ignore[return-value]


def test_from_any_browser(known: KnownSession) -> None:
    answer = say(known, {"reason": "  I was\n away "})
    one = Dispute.objects.get()
    assert (one.participant, one.first_second, one.last_second) == (known.ann, 120, 300)
    assert one.reason == "I was away"
    assert answer["Location"] == at("private_link", known.session) + "?said=disputed#said"
    content = text(Client().get(answer["Location"]))
    assert "Noted." in content
    assert "2:00 to 5:00" in content
    assert "I was away" in content


def test_in_the_own_browser_it_comes_back_to_the_own_page(known: KnownSession) -> None:
    client = Client()
    sign_in(client, known.session, TOKEN)
    answer = say(known, client=client)
    assert answer["Location"] == page("student_page", known.session) + "?said=disputed#said"


def test_it_changes_no_figure(known: KnownSession) -> None:
    address = at("own_file", known.session, "json")
    before = json.loads(Client().get(address).content)
    say(known)
    after = json.loads(Client().get(address).content)
    assert (before["summary"], before["minutes"]) == (after["summary"], after["minutes"])
    assert Sample.objects.count() == 65


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"from_minute": -1}, "The class begins at minute 0, not at -1."),
        ({"to_minute": 11}, "The class ended at minute 10, before 11."),
        ({"from_minute": 5, "to_minute": 2}, "must come before the second"),
        ({"from_minute": 2, "to_minute": 2}, "must come before the second"),
        ({"from_minute": "two"}, "Type whole minutes"),
        ({"to_minute": ""}, "Type whole minutes"),
        ({"to_minute": "9" * 30}, "The class ended at minute 10"),
        ({"reason": "x" * 201}, "at most 200 characters (it has 201)"),
    ],
)
def test_what_makes_no_sense_is_told(
    known: KnownSession, form: dict[str, object], why: str
) -> None:
    answer = say(known, form)
    assert answer.status_code == 400
    content = text(answer)
    assert "Nothing was noted." in content
    assert why in content
    assert not Dispute.objects.exists()


def test_of_a_class_that_has_not_begun(client: Client) -> None:
    session = factories.make_session(state="planned")
    factories.make_participant(session, token=TOKEN)
    answer = client.post(at("call_wrong", session), {"from_minute": 0, "to_minute": 1})
    assert answer.status_code == 400
    assert "This class has not begun" in text(answer)


def test_of_a_live_class_up_to_now(client: Client) -> None:
    session = factories.make_session()
    factories.make_participant(session, token=TOKEN)
    wrong = client.post(at("call_wrong", session), {"from_minute": 0, "to_minute": 12})
    assert "The class is now at minute 11" in text(wrong)
    client.post(at("call_wrong", session), {"from_minute": 0, "to_minute": 10})
    assert Dispute.objects.get().last_second == 600


def test_the_last_minute_ends_with_the_class(client: Client) -> None:
    session = factories.make_session(state="ended")
    assert session.started_at is not None
    session.ended_at = session.started_at + timedelta(seconds=90)
    session.save()
    factories.make_participant(session, token=TOKEN)
    client.post(at("call_wrong", session), {"from_minute": 1, "to_minute": 2})
    assert Dispute.objects.get().last_second == 90


def test_at_most_fifty(known: KnownSession) -> None:
    for _ in range(disputes.MOST_DISPUTES):
        disputes.call_wrong(known.ann, 0, 60, "")
    answer = say(known)
    assert answer.status_code == 400
    assert "50 stretches wrong already" in text(answer)
    assert Dispute.objects.count() == 50


def test_not_too_often(known: KnownSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.DISPUTES, "spend", lambda *key: False)
    answer = say(known)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert not Dispute.objects.exists()


def test_it_is_taken_back(known: KnownSession) -> None:
    one = disputes.call_wrong(known.ann, 0, 60, "")
    address = at("take_back", known.session, one.pk)
    client = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert "Taken back" in text(client.post(address, follow=True))
    assert not Dispute.objects.exists()
