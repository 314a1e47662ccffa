import csv
import io
import json
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.http import StreamingHttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from sessions.models import Sample
from sessions.reports.exports.registry import EXPORTS
from tests.factories import make_session, make_student, make_teacher
from tests.lessons import FORMULA_NAME, KnownLesson, make_lesson

pytestmark = [
    pytest.mark.django_db,
    # The test client reads at once what Daphne streams.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning"),
]


@pytest.fixture
def lesson() -> KnownLesson:
    return make_lesson()


@pytest.fixture
def owner(client: Client, lesson: KnownLesson) -> Client:
    client.force_login(lesson.teacher)
    return client


def addresses(lesson: KnownLesson) -> list[str]:
    student = lesson.ann.student
    assert student is not None
    return [
        reverse("session_report", args=[lesson.session.pk]),
        reverse("student", args=[student.course_id, student.pk]),
        *(reverse("session_export", args=[lesson.session.pk, kind]) for kind in EXPORTS),
    ]


def download(client: Client, lesson: KnownLesson, kind: str) -> tuple[bytes, str]:
    response = client.get(reverse("session_export", args=[lesson.session.pk, kind]))
    assert response.status_code == 200
    content = (
        b"".join(response) if isinstance(response, StreamingHttpResponse) else response.content
    )
    return content, response["Content-Disposition"]


def test_the_owner_sees_reports_and_exports(owner: Client, lesson: KnownLesson) -> None:
    for address in addresses(lesson):
        assert owner.get(address).status_code == 200


@pytest.mark.parametrize(("seconds", "said"), [(1, True), (5, False)])
def test_a_report_says_that_its_last_samples_may_be_missing_just_after_the_end(
    owner: Client, lesson: KnownLesson, seconds: int, said: bool
) -> None:
    lesson.session.ended_at = timezone.now() - timedelta(seconds=seconds)
    lesson.session.save()
    page = owner.get(reverse("session_report", args=[lesson.session.pk])).content.decode()
    assert ("Load it again" in page) is said


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (1, "Friday 6 March 2026, 22:30 to 23:30<"),
        (2, "Friday 6 March 2026, 22:30 to Saturday 7 March 2026, 00:30<"),
    ],
)
def test_a_session_beyond_midnight_names_both_days(
    owner: Client, lesson: KnownLesson, hours: int, said: str
) -> None:
    start = datetime(2026, 3, 6, 22, 30, tzinfo=timezone.get_current_timezone())
    lesson.session.started_at, lesson.session.ended_at = start, start + timedelta(hours=hours)
    lesson.session.save()
    assert said in owner.get(addresses(lesson)[0]).content.decode()


def test_for_a_colleague_they_do_not_exist(client: Client, lesson: KnownLesson) -> None:
    client.force_login(make_teacher())
    for address in addresses(lesson):
        assert client.get(address).status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: Client, lesson: KnownLesson) -> None:
    for address in addresses(lesson):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_reports_are_only_read(owner: Client, lesson: KnownLesson) -> None:
    for address in addresses(lesson):
        assert owner.post(address).status_code == 405


def test_an_unknown_kind_of_export_is_not_found(owner: Client, lesson: KnownLesson) -> None:
    address = reverse("session_export", args=[lesson.session.pk, "pdf"])
    assert owner.get(address).status_code == 404


def test_a_student_of_another_course_is_not_found(owner: Client, lesson: KnownLesson) -> None:
    other = make_student(make_session(lesson.session.course).course)
    elsewhere = make_student()
    assert owner.get(reverse("student", args=[elsewhere.course_id, other.pk])).status_code == 404


def test_the_report_shows_what_is_stored(owner: Client, lesson: KnownLesson) -> None:
    html = owner.get(addresses(lesson)[0]).content.decode()
    assert "Waves &amp; sound" in html
    assert "never a grade" in html
    assert FORMULA_NAME not in html
    assert html.count("data-figure=") == 4
    assert addresses(lesson)[1] in html
    assert "too little data" in html
    assert "compact: Compact residual network that also sees the mirror image (initial" in html
    assert "Simulated" not in html


def test_simulated_data_are_marked() -> None:
    lesson = make_lesson(is_simulated=True)
    client = Client()
    client.force_login(lesson.teacher)
    for address in addresses(lesson)[:2]:
        assert "Simulated data: " in client.get(address).content.decode()


def test_a_partly_simulated_session_says_who_is(owner: Client, lesson: KnownLesson) -> None:
    lesson.bob.is_simulated = True
    lesson.bob.save()
    html = owner.get(addresses(lesson)[0]).content.decode()
    assert "Partly simulated: 1 of 3 students are not real." in html


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("planned", "This session has not started yet."),
        ("live", "Nothing was recorded so far"),
        ("ended", "No student&#x27;s camera was on during this session."),
    ],
)
def test_a_report_without_data_says_so(state: str, said: str, client: Client) -> None:
    session = make_session(state=state)
    client.force_login(session.course.owner)
    html = client.get(reverse("session_report", args=[session.pk])).content.decode()
    assert said in html or said.replace("&#x27;", "'") in html
    assert "data-figure=" not in html


def test_without_emotion_pages_show_presence_only(
    owner: Client, lesson: KnownLesson, settings: Settings
) -> None:
    settings.POLICY = "presence"
    for address in addresses(lesson)[:2]:
        html = owner.get(address).content.decode()
        assert 'data-figure="engagement"' not in html
        assert "Emotion mix" not in html
        assert "Attendance" in html


def test_pages_take_a_fixed_number_of_queries(
    owner: Client, lesson: KnownLesson, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report, student = addresses(lesson)[:2]
    sign_in, session = 2, 1
    with django_assert_num_queries(sign_in + session + 4):
        owner.get(report)
    with django_assert_num_queries(sign_in + 1 + 4):
        owner.get(student)


def test_every_download_has_its_own_name_and_the_figures_of_the_database(
    owner: Client, lesson: KnownLesson
) -> None:
    stored = Sample.objects.filter(session=lesson.session).count()
    day = lesson.session.started_at
    assert day is not None
    start = f'attachment; filename="waves-sound-{day:%Y-%m-%d}'

    content, name = download(owner, lesson, "csv")
    assert name == f'{start}-samples.csv"'
    assert len(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))) == stored
    content, name = download(owner, lesson, "students-csv")
    assert name == f'{start}-students.csv"'
    content, name = download(owner, lesson, "xlsx")
    assert name == f'{start}.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(content))["Samples"].max_row == stored + 1
    content, name = download(owner, lesson, "json")
    assert name == f'{start}.json"'
    assert len(json.loads(content)["samples"]) == stored
    content, name = download(owner, lesson, "html")
    assert name == f'{start}.html"'
    assert content.startswith(b"<!doctype html>")


def test_a_title_without_latin_letters_gives_a_file_name_too(client: Client) -> None:
    lesson = make_lesson(title='Физика / "波"')
    client.force_login(lesson.teacher)
    assert 'filename="session-' in download(client, lesson, "json")[1]
