from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from sessions.models import Course
from tests.factories import (
    make_course,
    make_participant,
    make_session,
    make_student,
    make_teacher,
)

pytestmark = pytest.mark.django_db


class Access(NamedTuple):
    owner: User
    colleague: User
    course: Course


@pytest.fixture
def access() -> Access:
    owner = make_teacher()
    return Access(owner, make_teacher(), make_course(owner, "Biology 9b"))


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_courses_are_listed_with_their_counts(access: Access) -> None:
    make_student(access.course)
    make_student(access.course)
    make_session(access.course, "ended")
    make_course(access.colleague, "Chemistry")
    page = signed_in(access.owner).get("/courses/")
    (course,) = page.context["courses"]
    assert (course.session_count, course.student_count) == (1, 2)
    assert "Chemistry" not in page.content.decode()


def test_the_list_of_courses_needs_three_queries_however_many(
    access: Access, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(5):
        make_session(make_course(access.owner))
    client = signed_in(access.owner)
    with django_assert_num_queries(3):  # the sign-in's two, and the list
        client.get("/courses/")


def test_without_a_course_the_page_says_what_one_is(client: Client) -> None:
    client.force_login(make_teacher())
    assert "Create your first course" in client.get("/courses/").content.decode()


def test_a_course_is_created_and_renamed(access: Access) -> None:
    client = signed_in(access.owner)
    answer = client.post("/courses/new/", {"name": "Physics"})
    course = access.owner.courses.get(name="Physics")
    assert answer.headers["Location"] == f"/courses/{course.pk}/"
    client.post(f"/courses/{course.pk}/edit/", {"name": "Physics 10"})
    course.refresh_from_db()
    assert course.name == "Physics 10"


def test_a_second_course_of_the_same_name_is_refused(access: Access) -> None:
    page = signed_in(access.owner).post("/courses/new/", {"name": "Biology 9b"})
    assert "You have a course of this name already." in page.content.decode()
    assert access.owner.courses.count() == 1


def test_a_course_page_shows_sessions_and_students(access: Access) -> None:
    student = make_student(access.course, "Anna")
    session = make_session(access.course, "ended", title="Cells")
    make_participant(session, student=student)
    page = signed_in(access.owner).get(f"/courses/{access.course.pk}/").content.decode()
    assert f"/courses/{access.course.pk}/students/{student.pk}/" in page
    assert f"/sessions/{session.pk}/" in page
    assert "1 session" in page


def test_a_course_page_needs_a_fixed_number_of_queries(
    access: Access, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(4):
        student = make_student(access.course, f"Student {number}")
        make_participant(make_session(access.course, "ended"), student=student)
    client = signed_in(access.owner)
    # The sign-in's two, the course, the form's names, the students, the sessions, the teachers.
    with django_assert_num_queries(8):
        client.get(f"/courses/{access.course.pk}/")


def test_the_roster_is_edited_as_lines(access: Access) -> None:
    client = signed_in(access.owner)
    client.post(f"/courses/{access.course.pk}/", {"names": "Anna\nBen"})
    assert {student.name for student in access.course.students.all()} == {"Anna", "Ben"}


def test_removing_a_student_with_history_is_asked_on_the_page(access: Access) -> None:
    student = make_student(access.course, "Anna")
    make_participant(make_session(access.course), student=student)
    client = signed_in(access.owner)
    page = client.post(f"/courses/{access.course.pk}/", {"names": ""}).content.decode()
    assert 'name="confirm_removal" value="on"' in page
    assert access.course.students.exists()
    client.post(f"/courses/{access.course.pk}/", {"names": "", "confirm_removal": "on"})
    assert not access.course.students.exists()


@pytest.mark.parametrize("page", ["", "edit/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_course_does_not_exist_for_a_colleague_and_asks_a_stranger_to_sign_in(
    access: Access, page: str, method: str
) -> None:
    url = f"/courses/{access.course.pk}/{page}"
    data = {"name": "Taken", "names": ""}
    assert getattr(signed_in(access.colleague), method)(url, data).status_code == 404
    stranger = getattr(Client(), method)(url, data)
    assert stranger.headers["Location"].startswith("/accounts/login/")
    access.course.refresh_from_db()
    assert access.course.name == "Biology 9b"


@pytest.mark.parametrize("url", ["/courses/", "/courses/new/"])
def test_a_stranger_is_asked_to_sign_in(client: Client, url: str) -> None:
    assert client.get(url).headers["Location"] == f"/accounts/login/?next={url}"
