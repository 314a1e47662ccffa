"""What students say: answers and signs, who may give them, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions import services
from sessions.joining import membership
from sessions.live.agreement import read_truths
from sessions.models import Answer, CheckIn, ClassSession, Participant, Signal
from tests.factories import make_browser_of, make_participant, make_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> ClassSession:
    return make_session()


@pytest.fixture
def ada(session: ClassSession) -> Participant:
    return make_participant(session, display_name="Ada")


@pytest.fixture
def browser(ada: Participant) -> Client:
    return make_browser_of(ada)


@pytest.fixture
def check_in(session: ClassSession) -> CheckIn:
    return CheckIn.objects.create(session=session, question="Is it clear?", second=60)


def answer(browser: Client, check_in: CheckIn, value: object = 4) -> Any:
    address = reverse("answer", args=[check_in.session.code])
    return browser.post(address, {"check_in": check_in.pk, "value": value})


def sign(browser: Client, session: ClassSession, kind: str, **fields: str) -> Any:
    return browser.post(reverse("signal", args=[session.code]), {"kind": kind, **fields})


def test_the_last_answer_counts(browser: Client, ada: Participant, check_in: CheckIn) -> None:
    assert "You may change it" in answer(browser, check_in, 2).json()["message"]
    answer(browser, check_in, 5)
    (stored,) = Answer.objects.all()
    assert (stored.participant, stored.value, stored.check_in) == (ada, 5, check_in)
    assert stored.second >= 600
    voice = read_truths([check_in.session_id])[check_in.session_id].voice
    assert voice.check_in is not None
    assert voice.check_in.counts == [0, 0, 0, 0, 1]


@pytest.mark.parametrize("value", ["0", "6", "-1", "3.5", "", "five", "\u0663", "9" * 50])
def test_only_one_to_five_is_an_answer(browser: Client, check_in: CheckIn, value: str) -> None:
    refused = answer(browser, check_in, value)
    assert (refused.status_code, "1 to 5" in refused.json()["message"]) == (400, True)
    assert not Answer.objects.exists()


@pytest.mark.parametrize("number", ["", "x", "-1", "\u0663", "9" * 50, "1e3"])
def test_a_question_that_is_none_is_refused(
    browser: Client, session: ClassSession, number: str
) -> None:
    address = reverse("answer", args=[session.code])
    refused = browser.post(address, {"check_in": number, "value": "3"})
    assert refused.status_code in (400, 409)


def test_after_its_end_a_question_takes_no_answer(browser: Client, check_in: CheckIn) -> None:
    check_in.closed_second = 90
    check_in.save()
    refused = answer(browser, check_in)
    assert (refused.status_code, refused.json()["message"]) == (409, "This question is closed.")


def test_another_class_s_question_is_closed_to_us(browser: Client, session: ClassSession) -> None:
    other = CheckIn.objects.create(session=make_session(), question="Theirs?", second=1)
    address = reverse("answer", args=[session.code])
    assert browser.post(address, {"check_in": other.pk, "value": "3"}).status_code == 409


def test_strangers_and_those_who_left_say_nothing(
    client: Client, browser: Client, ada: Participant, check_in: CheckIn
) -> None:
    assert answer(client, check_in).status_code == 404
    assert sign(client, check_in.session, "confused").status_code == 404
    membership.remove(ada)
    assert answer(browser, check_in).status_code == 403
    assert sign(browser, check_in.session, "hand").status_code == 403
    assert not Answer.objects.exists()
    assert not Signal.objects.exists()


def test_before_the_start_and_after_the_end_nothing_is_taken() -> None:
    for state in ("planned", "ended"):
        session = make_session(state=state)
        browser = make_browser_of(make_participant(session), state)
        assert sign(browser, session, "confused").status_code == 409


def test_signs_are_counted_by_student_and_named_to_nobody(session: ClassSession) -> None:
    for number in range(3):
        browser = make_browser_of(make_participant(session), f"t{number}")
        for _ in range(2):
            assert "without your name" in sign(browser, session, "confused").json()["message"]
    voice = read_truths([session.pk])[session.pk].voice.view(session.elapsed.total_seconds())
    assert voice.lately == {"confused": 3, "too_fast": 0, "too_slow": 0}
    assert voice.line["confused"] == [0] * 9 + [3]
    assert voice.hands == []


def test_a_sign_is_given_a_few_times_a_minute(browser: Client, session: ClassSession) -> None:
    statuses = [sign(browser, session, "too_fast").status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert sign(browser, session, "too_slow").status_code == 200


@pytest.mark.parametrize("kind", ["", "bored", "hand "])
def test_another_sign_is_refused(browser: Client, session: ClassSession, kind: str) -> None:
    refused = sign(browser, session, kind)
    assert (refused.status_code, "confused" in refused.json()["message"]) == (400, True)


def test_a_hand_goes_up_once_and_down(
    browser: Client, ada: Participant, session: ClassSession
) -> None:
    for _ in range(2):
        assert "Your teacher sees your name" in sign(browser, session, "hand").json()["message"]
    assert Signal.objects.count() == 1
    assert read_truths([session.pk])[session.pk].voice.hands == (ada.pk,)
    sign(browser, session, "hand", up="0")
    assert Signal.objects.get().ended_second is not None
    assert read_truths([session.pk])[session.pk].voice.hands == ()


def test_who_leaves_has_no_hand_up(
    browser: Client, ada: Participant, session: ClassSession
) -> None:
    sign(browser, session, "hand")
    ada.left_at = timezone.now()
    ada.save()
    assert read_truths([session.pk])[session.pk].voice.hands == ()


def test_the_end_of_the_session_closes_questions_and_lowers_hands(
    browser: Client, session: ClassSession, check_in: CheckIn
) -> None:
    sign(browser, session, "hand")
    services.end_session(session)
    check_in.refresh_from_db()
    assert check_in.closed_second is not None
    assert check_in.closed_second >= 600
    assert Signal.objects.get().ended_second == check_in.closed_second


def test_deleted_data_takes_answers_and_signs_along(
    browser: Client, ada: Participant, check_in: CheckIn
) -> None:
    answer(browser, check_in)
    sign(browser, check_in.session, "confused")
    membership.delete_participant(ada)
    assert not Answer.objects.exists()
    assert not Signal.objects.exists()


def test_an_old_sign_is_not_of_now(session: ClassSession, ada: Participant) -> None:
    Signal.objects.create(participant=ada, session=session, kind="confused", second=300)
    view = read_truths([session.pk])[session.pk].voice.view(600)
    assert view.lately["confused"] == 0
    assert view.line["confused"] == [0, 0, 0, 0, 1, 0, 0, 0, 0, 0]
