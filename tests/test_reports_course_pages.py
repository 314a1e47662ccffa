import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from sessions.models import Course
from tests.factories import make_course, make_student, make_teacher
from tests.semester import make_semester

pytestmark = pytest.mark.django_db
PAGES = ("course_trends", "course_compare")
MOST_QUERIES = 20


def signed_in(course: Course) -> Client:
    client = Client()
    client.force_login(course.owner)
    return client


def page(course: Course, name: str, query: str = "") -> str:
    answer = signed_in(course).get(reverse(name, args=[course.pk]) + query)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_a_course_does_not_exist_for_a_colleague_and_asks_a_stranger_to_sign_in(name: str) -> None:
    course = make_semester(2)[0].course
    address = reverse(name, args=[course.pk])
    colleague = Client()
    colleague.force_login(make_teacher())
    assert colleague.get(address).status_code == 404
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert signed_in(course).post(address).status_code == 405


def test_another_teachers_session_cannot_be_compared() -> None:
    mine, theirs = make_semester(2), make_semester(1)
    text = page(mine[0].course, "course_compare", f"?left={mine[0].pk}&right={theirs[0].pk}")
    assert "Select a valid choice" in text
    assert "Between the markers" not in text


@pytest.mark.parametrize("name", PAGES)
def test_the_number_of_queries_does_not_grow(
    name: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    course = make_semester(4)[0].course
    client = signed_in(course)
    with django_assert_max_num_queries(MOST_QUERIES):
        client.get(reverse(name, args=[course.pk]))


def test_trends_say_each_session_with_its_coverage_and_definition() -> None:
    course = make_semester(2)[0].course
    text = page(course, "course_trends")
    assert "never a grade" in text
    for told in ("Lesson 1", "Lesson 2", "6 of 7", "90 %", "index-2", "Since last time"):
        assert told in text
    assert text.count('class="chart"') == 5


def test_the_last_two_sessions_are_compared_where_none_is_chosen() -> None:
    course = make_semester(3)[0].course
    text = page(course, "course_compare")
    assert "0.10 higher (+0.10 to +0.10)" in text
    assert '<th scope="col" class="number">Lesson 2</th>' in text
    assert '<th scope="col" class="number">Lesson 3</th>' in text


def test_groups_are_chosen_from_the_list() -> None:
    (session,) = make_semester(1)
    course = session.course
    keys = list(course.students.order_by("name").values_list("pk", flat=True))
    asked = f"?session={session.pk}" + "".join(f"&group={key}" for key in keys[:3])
    text = page(course, "course_compare", asked)
    assert "The others" in text
    assert "too few students" in text
    for wrong, said in (
        (f"?session={session.pk}", "This field is required"),
        (f"?session={session.pk}" + "".join(f"&group={key}" for key in keys), "Leave somebody out"),
        (f"?session={session.pk}&group={make_student().pk}", "Select a valid choice"),
        (f"?left={session.pk}&right={session.pk}", "Choose two different sessions"),
        ("?left=x&right=", "Select a valid choice"),
    ):
        text = page(course, "course_compare", wrong)
        assert said in text
        assert "Between the markers" not in text


def test_an_empty_course_and_one_with_one_session_say_what_is_missing() -> None:
    course = make_course()
    assert "No session was held yet" in page(course, "course_trends")
    assert "No session was held yet" in page(course, "course_compare")
    course = make_semester(1)[0].course
    assert "With a second session" in page(course, "course_trends")
    assert "There is one session" in page(course, "course_compare")


def test_under_the_presence_policy_no_engagement_is_told(settings: Settings) -> None:
    settings.POLICY = "presence"
    course = make_semester(3)[0].course
    for name in PAGES:
        text = page(course, name)
        assert "counts presence only" in text
        assert "90 %" in text
        assert "Engagement</th>" not in text
        assert "higher" not in text
