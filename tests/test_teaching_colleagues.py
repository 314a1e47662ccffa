"""Who teaches a course together, and who decides that."""

import asyncio
import re
from datetime import timedelta
from typing import NamedTuple

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions import services
from sessions.live.protocol import CloseCode
from sessions.models import ClassSession, CoTeacher, Course, Sample, Student
from sessions.services import INVITATION
from tests.classroom import Teacher, open_socket
from tests.factories import (
    make_course,
    make_participant,
    make_sample,
    make_session,
    make_student,
    make_teacher,
)
from tests.server import Server

pytestmark = pytest.mark.django_db


class Access(NamedTuple):
    owner: User
    colleague: User
    stranger: User
    course: Course


@pytest.fixture
def access() -> Access:
    owner = make_teacher()
    course = make_course(owner, "Biology 9b")
    colleague = make_teacher()
    CoTeacher.objects.create(course=course, user=colleague)
    return Access(owner, colleague, make_teacher(), course)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def link_of(page: str) -> str:
    found = re.search(r'id="join-link">http://testserver(/invitations/[^<]+)<', page)
    assert found, "no link is shown"
    return found[1]


def test_an_invitation_lets_one_colleague_in_once(access: Access) -> None:
    made = signed_in(access.owner).post(f"/courses/{access.course.pk}/teachers/")
    link = link_of(made.content.decode())
    guest = signed_in(access.stranger)
    asked = guest.get(link).content.decode()
    assert "Biology 9b" in asked
    assert str(access.owner) in asked
    assert guest.get(f"/courses/{access.course.pk}/").status_code == 404
    assert guest.post(link).headers["Location"] == access.course.get_absolute_url()
    assert guest.get(f"/courses/{access.course.pk}/").status_code == 200
    late = signed_in(make_teacher())
    assert late.get(link).status_code == 404
    late.post(link)
    assert late.get(f"/courses/{access.course.pk}/").status_code == 404
    assert access.course.co_teachers.count() == 2


def test_the_link_is_shown_once_and_stored_as_a_hash(access: Access) -> None:
    owner, address = signed_in(access.owner), f"/courses/{access.course.pk}/teachers/"
    link = link_of(owner.post(address).content.decode())
    again = owner.get(address).content.decode()
    assert "/invitations/" not in again
    assert "on its way" in again
    access.course.refresh_from_db()
    assert access.course.invitation_hash not in ("", link.split("/")[2])


def test_a_new_link_a_withdrawal_and_two_weeks_end_an_invitation(access: Access) -> None:
    owner, address = signed_in(access.owner), f"/courses/{access.course.pk}/teachers/"
    guest = signed_in(access.stranger)
    first = link_of(owner.post(address).content.decode())
    second = link_of(owner.post(address).content.decode())
    assert guest.get(first).status_code == 404
    assert guest.get(second).status_code == 200
    with time_machine.travel(timezone.now() + INVITATION + timedelta(minutes=1)):
        assert signed_in(access.stranger).get(second).status_code == 404
    owner.post(address, {"withdraw": "1"})
    assert guest.get(second).status_code == 404


def test_the_owner_cannot_accept_and_an_invitation_needs_an_account(access: Access) -> None:
    owner = signed_in(access.owner)
    link = link_of(owner.post(f"/courses/{access.course.pk}/teachers/").content.decode())
    page = owner.post(link, follow=True).content.decode()
    assert "your own course" in page
    assert Client().get(link).status_code == 302
    assert signed_in(access.stranger).get(link).status_code == 200


def test_a_colleague_sees_and_does_what_the_owner_does(access: Access) -> None:
    session = make_session(access.course, "ended")
    make_sample(make_participant(session))
    student = make_student(access.course)
    for model in (Course, ClassSession, Sample, Student):
        assert model.objects.taught_by(access.colleague).count() == 1
        assert model.objects.taught_by(access.stranger).count() == 0
    client = signed_in(access.colleague)
    for path in (
        f"/courses/{access.course.pk}/", f"/courses/{access.course.pk}/trends/",
        f"/courses/{access.course.pk}/attendance/", f"/sessions/{session.pk}/",
        f"/sessions/{session.pk}/report/", f"/sessions/{session.pk}/export/csv/",
        student.get_absolute_url(), f"/courses/{access.course.pk}/teachers/",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
        assert signed_in(access.stranger).get(path).status_code == 404, path
    assert "Shared with you" in client.get("/courses/").content.decode()
    made = {"title": "Mine", "course": str(access.course.pk), "planned_minutes": "50",
            "interval_s": "1"}  # fmt: skip
    assert client.post("/sessions/new/", made).status_code == 302
    assert ClassSession.objects.taught_by(access.owner).filter(title="Mine").exists()


def test_only_the_owner_deletes_invites_and_parts_with_others(access: Access) -> None:
    other = make_teacher()
    CoTeacher.objects.create(course=access.course, user=other)
    base = f"/courses/{access.course.pk}"
    for user in (access.colleague, access.stranger):
        client = signed_in(user)
        for path in (
            f"{base}/delete/", f"{base}/teachers/", f"{base}/teachers/{other.pk}/remove/",
            f"{base}/teachers/{user.pk}/own/",
        ):  # fmt: skip
            assert client.post(path).status_code == 404, path
    access.course.refresh_from_db()
    assert access.course.owner == access.owner
    assert access.course.co_teachers.count() == 2
    assert access.course.invitation_hash == ""


def test_a_colleague_is_parted_with_or_leaves(access: Access) -> None:
    other = make_teacher()
    CoTeacher.objects.create(course=access.course, user=other)
    base = f"/courses/{access.course.pk}"
    signed_in(access.owner).post(f"{base}/teachers/{other.pk}/remove/")
    assert signed_in(other).get(f"{base}/").status_code == 404
    leaving = signed_in(access.colleague)
    answer = leaving.post(f"{base}/teachers/{access.colleague.pk}/remove/")
    assert answer.headers["Location"] == "/courses/"
    assert leaving.get(f"{base}/").status_code == 404
    assert not access.course.co_teachers.exists()


def test_a_course_is_handed_over_and_its_owner_goes_on_teaching(access: Access) -> None:
    base = f"/courses/{access.course.pk}"
    owner = signed_in(access.owner)
    assert owner.post(f"{base}/teachers/{access.stranger.pk}/own/").status_code == 404
    owner.post(f"{base}/teachers/{access.colleague.pk}/own/")
    access.course.refresh_from_db()
    assert access.course.owner == access.colleague
    assert [one.user for one in access.course.co_teachers.all()] == [access.owner]
    assert owner.get(f"{base}/delete/").status_code == 404


def test_a_course_is_not_handed_over_onto_one_of_the_same_name(access: Access) -> None:
    make_course(access.colleague, "Biology 9b")
    path = f"/courses/{access.course.pk}/teachers/{access.colleague.pk}/own/"
    page = signed_in(access.owner).post(path, follow=True).content.decode()
    assert "Rename one first" in page
    access.course.refresh_from_db()
    assert access.course.owner == access.owner


def test_an_account_that_goes_says_which_courses_colleagues_lose(access: Access) -> None:
    page = signed_in(access.owner).get("/accounts/delete/")
    assert ("Courses that colleagues teach, too", 1) in page.context["what"]
    services.delete_account(access.colleague)
    assert Course.objects.filter(pk=access.course.pk).exists()
    services.delete_account(access.owner)
    assert not Course.objects.filter(pk=access.course.pk).exists()


async def test_the_live_page_opens_to_a_colleague_and_closes_when_they_are_parted_with(
    server: Server,
) -> None:
    owner, colleague = Teacher(server), Teacher(server)
    session = owner.open_session()
    ((course,),) = server.query(
        f"SELECT course_id FROM class_sessions_classsession WHERE id = {session.pk}"
    )
    _, page = owner.post(f"/courses/{course}/teachers/")
    found = re.search(r"/invitations/[^<]+/", page)
    assert found
    socket = f"/ws/dashboard/{session.pk}/"
    async with open_socket(server, socket, colleague.cookies) as refused:
        assert (await refused.closed())[0] == CloseCode.NO_SUCH_SESSION
    colleague.post(found[0])
    ((user,),) = server.query(f"SELECT id FROM auth_user WHERE email = '{colleague.email}'")
    async with open_socket(server, socket, colleague.cookies) as watching:
        await watching.expect("snapshot")
        page = f"/courses/{course}/teachers/"
        await asyncio.to_thread(owner.post, f"{page}{user}/remove/", page)
        assert (await watching.closed())[0] == CloseCode.NOT_ALLOWED
