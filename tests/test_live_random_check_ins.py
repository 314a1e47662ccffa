"""The site asks by itself: at random, rarely, once, and only where a teacher wants it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.db import connection

from sessions.live.agreement import read_truths
from sessions.live.random_check_ins import (
    NOT_BEFORE_S,
    OPEN_FOR_S,
    QUESTION,
    STRETCH_S,
    WAITS_S,
    look_after,
    moment_of,
)
from sessions.models import CheckIn, ClassSession
from tests.classroom import Pupil, Teacher, until
from tests.factories import make_session
from tests.server import Server, set_back

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def session() -> ClassSession:
    return make_session(random_check_ins=True)


def at(session: ClassSession, second: int) -> time_machine.travel:
    assert session.started_at is not None
    return time_machine.travel(session.started_at + timedelta(seconds=second), tick=False)


def asked(session: ClassSession) -> list[int]:
    found = CheckIn.objects.filter(session=session, is_random=True)
    return list(found.values_list("second", flat=True))


def lived(session: ClassSession, last: int, step: int = 3) -> list[int]:
    """The seconds at which it asked in a lesson that it looked after every few seconds."""
    for second in range(0, last, step):
        with at(session, second):
            look_after([session.pk], [session.pk])
    return asked(session)


def test_in_each_stretch_of_ten_minutes_it_asks_once_at_its_moment(session: ClassSession) -> None:
    seconds = lived(session, 4 * STRETCH_S)
    assert 3 <= len(seconds) <= 4
    assert seconds[0] >= NOT_BEFORE_S
    for before, after in pairwise(seconds):
        assert after - before >= STRETCH_S
    stretches = [second // STRETCH_S for second in seconds]
    assert len(set(stretches)) == len(stretches)
    assert moment_of(session, 0) <= seconds[0] < moment_of(session, 0) + 3


def test_it_is_open_for_a_minute(session: ClassSession) -> None:
    lived(session, STRETCH_S)
    one = CheckIn.objects.get(session=session)
    assert one.question == QUESTION
    assert one.closed_second is not None
    assert OPEN_FOR_S <= one.closed_second - one.second < OPEN_FOR_S + 3


def test_moments_differ_from_class_to_class_and_are_the_same_after_a_restart() -> None:
    sessions = [make_session(random_check_ins=True) for _ in range(20)]
    moments = [moment_of(one, 1) for one in sessions]
    assert len(set(moments)) > 15
    latest = 2 * STRETCH_S - OPEN_FOR_S - WAITS_S
    assert all(STRETCH_S <= moment < latest for moment in moments)
    again = [moment_of(ClassSession.objects.get(pk=one.pk), 1) for one in sessions]
    assert again == moments


@pytest.mark.parametrize(
    "change", [{"random_check_ins": False}, {"state": "ended"}, {"state": "planned"}]
)
def test_it_asks_nowhere_else(session: ClassSession, change: dict[str, object]) -> None:
    ClassSession.objects.filter(pk=session.pk).update(**change)
    assert lived(session, STRETCH_S, 10) == []


def test_without_students_it_waits_and_asks_when_they_come(session: ClassSession) -> None:
    due = moment_of(session, 0)
    with at(session, due + 5):
        look_after([session.pk], [])
    assert asked(session) == []
    latest = STRETCH_S - OPEN_FOR_S
    with at(session, latest):
        look_after([session.pk], [session.pk])
    assert asked(session) == [latest]


def test_while_the_teacher_asks_it_waits(session: ClassSession) -> None:
    own = CheckIn.objects.create(session=session, question="Clear?", second=0)
    due = moment_of(session, 0)
    with at(session, due):
        look_after([session.pk], [session.pk])
    assert asked(session) == []
    CheckIn.objects.filter(pk=own.pk).update(closed_second=due)
    with at(session, due + 1):
        look_after([session.pk], [session.pk])
    assert asked(session) == [due + 1]


def test_several_processes_ask_once(session: ClassSession) -> None:
    due = moment_of(session, 0)

    together = threading.Barrier(4)

    def one_process() -> None:
        together.wait()
        try:
            until(has_looked)
        finally:
            connection.close()

    def has_looked() -> bool:
        # SQLite refuses whoever comes second: it tries again, as in a class.
        look_after([session.pk], [session.pk])
        return True

    with at(session, due), ThreadPoolExecutor(4) as pool:
        for process in [pool.submit(one_process) for _ in range(4)]:
            process.result()
    assert asked(session) == [due]


def test_one_that_is_open_is_closed_though_it_was_switched_off(session: ClassSession) -> None:
    due = moment_of(session, 0)
    with at(session, due):
        look_after([session.pk], [session.pk])
    truth = read_truths([session.pk])[session.pk]
    assert truth.voice.check_in is not None
    assert truth.voice.check_in.random
    ClassSession.objects.filter(pk=session.pk).update(random_check_ins=False)
    assert read_truths([session.pk])[session.pk].asks_at_random
    with at(session, due + OPEN_FOR_S):
        look_after([session.pk], [session.pk])
    assert CheckIn.objects.get(session=session).closed_second == due + OPEN_FOR_S
    assert not read_truths([session.pk])[session.pk].asks_at_random


def test_a_session_that_was_deleted_meanwhile_is_let_be() -> None:
    look_after([12345], [12345])
    assert not CheckIn.objects.exists()


async def test_a_student_of_a_real_class_is_asked(server: Server) -> None:
    teacher = Teacher(server)
    lesson = teacher.open_session(random_check_ins="on")
    pupil = Pupil(server, lesson.code)
    async with pupil.socket() as socket:
        # So late in the first stretch that its moment has passed.
        set_back(server, lesson.pk, STRETCH_S - OPEN_FOR_S - WAITS_S)
        question = await socket.expect_that(
            lambda message: message["type"] == "question" and message["question"]
        )
        assert question["question"] == QUESTION
