"""Who takes part: joining, leaving, being taken out, going on on another device."""

import threading
from urllib.error import HTTPError

import pytest

from sessions import services
from sessions.codes import hash_token
from sessions.errors import NotAllowed
from sessions.joining import membership
from sessions.joining.membership import NameTaken
from sessions.models import Participant, Sample, Takeover
from tests.classroom import Client, Teacher
from tests.factories import join, make_participant, make_sample, make_session, make_student
from tests.server import Server

pytestmark = pytest.mark.django_db


def test_joining_gives_a_token_of_which_only_the_hash_is_stored() -> None:
    participant, token = join(make_session(), "Ada")
    assert participant.display_name == "Ada"
    assert token not in Participant.objects.get().token_hash
    assert participant.consented_at is not None


@pytest.mark.finding(7)
@pytest.mark.parametrize("typed", ["Grace Müller", " grace  MÜLLER ", "Grace Mu\u0308ller"])
def test_a_typed_name_is_found_on_the_list(typed: str) -> None:
    session = make_session()
    student = make_student(session.course, "Grace Müller")
    make_student(name="Grace Müller")
    participant, _ = join(session, typed)
    assert participant.display_name == "Grace Müller"
    assert participant.student == student


@pytest.mark.parametrize("archived", [False, True])
def test_nobody_joins_a_closed_session(archived: bool) -> None:
    session = make_session(state="planned" if archived else "ended")
    if archived:
        services.archive_session(session)
    with pytest.raises(NotAllowed, match="has ended"):
        join(session, "Ada")


def test_a_session_that_a_program_filled_takes_nobody_else_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(membership, "MOST_PARTICIPANTS", 2)
    session, other = make_session(), make_session()
    for name in ("Ada", "Ben"):
        join(session, name)
    with pytest.raises(NotAllowed, match="full"):
        join(session, "Cas")
    assert session.participants.count() == 2
    join(other, "Cas")


def test_leaving_keeps_what_was_recorded() -> None:
    participant = make_participant()
    make_sample(participant)
    membership.leave(participant)
    participant.refresh_from_db()
    assert participant.left_at is not None
    assert Sample.objects.count() == 1


def test_deleting_takes_every_sample_of_one_participant_and_no_other() -> None:
    session = make_session()
    gone, stays = make_participant(session), make_participant(session)
    make_sample(gone)
    make_sample(stays)
    membership.delete_participant(gone)
    assert list(Participant.objects.all()) == [stays]
    assert [sample.participant for sample in Sample.objects.all()] == [stays]


@pytest.mark.finding(7)
@pytest.mark.parametrize("name", ["Ada", " ADA "])
def test_a_name_that_is_taken_is_nobody_elses(name: str) -> None:
    session = make_session()
    ada, _ = join(session, "Ada")
    with pytest.raises(NameTaken) as taken:
        join(session, name)
    assert taken.value.participant == ada
    assert session.participants.count() == 1


@pytest.mark.finding(23)
def test_a_student_of_the_list_who_joins_twice_is_one() -> None:
    session = make_session()
    make_student(session.course, "Ada")
    join(session, "ada")
    with pytest.raises(NameTaken):
        join(session, "Ada")
    assert session.participants.count() == 1


def test_who_left_goes_on_under_the_same_name_in_the_same_browser() -> None:
    session = make_session()
    ada, _ = join(session, "Ada")
    membership.leave(ada)
    with pytest.raises(NameTaken):
        join(session, "Ada")
    again, token = membership.join(session, "Ada", ada)
    assert (again, token, again.left_at) == (ada, None, None)


@pytest.mark.finding(4)
def test_who_was_taken_out_takes_no_place_and_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "MOST_PARTICIPANTS", 1)
    session = make_session()
    stranger, _ = join(session, "Ada")
    membership.remove(stranger)
    ada, _ = join(session, "Ada")
    with pytest.raises(NotAllowed, match="taken by somebody else"):
        membership.readmit(stranger)
    membership.remove(ada)
    membership.readmit(stranger)
    assert list(session.participants.present()) == [stranger]


@pytest.mark.finding(4)
def test_behind_a_closed_door_nobody_new_joins_and_members_come_back() -> None:
    session = make_session()
    ada, _ = join(session, "Ada")
    membership.leave(ada)
    membership.set_locked(session, True)
    with pytest.raises(NotAllowed, match="closed the door"):
        join(session, "Ben")
    assert membership.join(session, "Ada", ada)[0] == ada
    membership.set_locked(session, False)
    join(session, "Ben")


@pytest.mark.finding(7)
def test_another_device_goes_on_with_the_teachers_word() -> None:
    ada, old = join(make_session(), "Ada")
    token = membership.ask_for(ada)
    assert Participant.objects.with_token(hash_token(token)).first() is None
    membership.allow(Takeover.objects.get())
    assert Participant.objects.with_token(hash_token(token)).get() == ada
    assert not Participant.objects.with_token(hash_token(old)).exists()
    assert not Takeover.objects.exists()


@pytest.mark.finding(7)
def test_without_the_teachers_word_nothing_changes() -> None:
    ada, old = join(make_session(), "Ada")
    token = membership.ask_for(ada)
    membership.refuse(Takeover.objects.get())
    assert not Participant.objects.with_token(hash_token(token)).exists()
    assert Participant.objects.with_token(hash_token(old)).get() == ada


def test_few_devices_may_ask_at_a_time() -> None:
    ada, _ = join(make_session(), "Ada")
    for _ in range(membership.MOST_ASKS):
        membership.ask_for(ada)
    with pytest.raises(NotAllowed, match="already"):
        membership.ask_for(ada)


@pytest.mark.finding(7)
def test_of_two_who_come_at_once_one_has_the_name(server: Server) -> None:
    session = Teacher(server).open_session()
    pages: list[str] = []

    def come() -> None:
        form = {"display_name": "Ada", "consent": "on"}
        try:
            pages.append(Client(server).post(f"/join/{session.code}/", **form)[0])
        except HTTPError as refused:
            pages.append(str(refused.code))

    threads = [threading.Thread(target=come) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(pages) == [f"/join/{session.code}/class/", "400", "400", "400"]
    people = f"select count(*) from class_sessions_participant where session_id = {session.pk}"
    assert server.query(people) == [(1,)]
