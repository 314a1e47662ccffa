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
from tests.known_session import FORMULA_NAME, KnownSession, make_known_session

pytestmark = [
    pytest.mark.django_db,
    # The test client reads at once what Daphne streams.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume:Warning"),
]


@pytest.fixture
def known() -> KnownSession:
    return make_known_session()


@pytest.fixture
def owner(client: Client, known: KnownSession) -> Client:
    client.force_login(known.teacher)
    return client


def addresses(known: KnownSession) -> list[str]:
    student = known.ann.student
    assert student is not None
    return [
        reverse("session_report", args=[known.session.pk]),
        reverse("student", args=[student.course_id, student.pk]),
        *(reverse("session_export", args=[known.session.pk, kind]) for kind in EXPORTS),
    ]


def download(client: Client, known: KnownSession, kind: str) -> tuple[bytes, str]:
    response = client.get(reverse("session_export", args=[known.session.pk, kind]))
    assert response.status_code == 200
    content = (
        b"".join(response) if isinstance(response, StreamingHttpResponse) else response.content
    )
    return content, response["Content-Disposition"]


def test_the_owner_sees_reports_and_exports(owner: Client, known: KnownSession) -> None:
    for address in addresses(known):
        assert owner.get(address).status_code == 200


@pytest.mark.parametrize(("seconds", "said"), [(1, True), (5, False)])
def test_a_report_says_that_its_last_samples_may_be_missing_just_after_the_end(
    owner: Client, known: KnownSession, seconds: int, said: bool
) -> None:
    known.session.ended_at = timezone.now() - timedelta(seconds=seconds)
    known.session.save()
    page = owner.get(reverse("session_report", args=[known.session.pk])).content.decode()
    assert ("Load it again" in page) is said


def test_the_head_says_when_it_began_and_how_long_it_was(
    owner: Client, known: KnownSession
) -> None:
    start = datetime(2026, 3, 6, 22, 30, tzinfo=timezone.get_current_timezone())
    known.session.started_at, known.session.ended_at = start, start + timedelta(minutes=90)
    known.session.save()
    page = owner.get(addresses(known)[0]).content.decode()
    assert f'datetime="{start.isoformat()}" data-moment>6 Mar 2026, 22:30 UTC</time>' in page
    assert "</time>, 1 h 30 min" in page


def test_for_a_colleague_they_do_not_exist(client: Client, known: KnownSession) -> None:
    client.force_login(make_teacher())
    for address in addresses(known):
        assert client.get(address).status_code == 404


def test_a_stranger_is_asked_to_sign_in(client: Client, known: KnownSession) -> None:
    for address in addresses(known):
        response = client.get(address)
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_reports_are_only_read(owner: Client, known: KnownSession) -> None:
    for address in addresses(known):
        assert owner.post(address).status_code == 405


def test_an_unknown_kind_of_export_is_not_found(owner: Client, known: KnownSession) -> None:
    address = reverse("session_export", args=[known.session.pk, "pdf"])
    assert owner.get(address).status_code == 404


def test_a_student_of_another_course_is_not_found(owner: Client, known: KnownSession) -> None:
    other = make_student(make_session(known.session.course).course)
    elsewhere = make_student()
    assert owner.get(reverse("student", args=[elsewhere.course_id, other.pk])).status_code == 404


def test_the_report_shows_what_is_stored(owner: Client, known: KnownSession) -> None:
    html = owner.get(addresses(known)[0]).content.decode()
    assert "Waves &amp; sound" in html
    assert "never a grade" in html
    assert FORMULA_NAME not in html
    assert html.count("data-figure=") == 5
    assert addresses(known)[1] in html
    assert "too little data" in html
    assert "compact: Compact residual network that also sees the mirror image (initial" in html
    assert "Simulated" not in html


def test_simulated_data_are_marked() -> None:
    known = make_known_session(is_simulated=True)
    client = Client()
    client.force_login(known.teacher)
    for address in addresses(known)[:2]:
        assert "Simulated data: " in client.get(address).content.decode()


def test_a_partly_simulated_session_says_who_is(owner: Client, known: KnownSession) -> None:
    known.bob.is_simulated = True
    known.bob.save()
    html = owner.get(addresses(known)[0]).content.decode()
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
    owner: Client, known: KnownSession, settings: Settings
) -> None:
    settings.POLICY = "presence"
    for address in addresses(known)[:2]:
        html = owner.get(address).content.decode()
        assert 'data-figure="engagement"' not in html
        assert "Emotion mix" not in html
        assert "Attendance" in html


def test_pages_take_a_fixed_number_of_queries(
    owner: Client, known: KnownSession, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    report, student = addresses(known)[:2]
    sign_in, session, register = 2, 1, 3
    students, room, markers, voice, disputes = 4, 1, 1, 4, 1
    figures = students + room + markers + voice + disputes
    with django_assert_num_queries(sign_in + session + figures + register):
        owner.get(report)
    with django_assert_num_queries(sign_in + 1 + 5):
        owner.get(student)


def test_every_download_has_its_own_name_and_the_figures_of_the_database(
    owner: Client, known: KnownSession
) -> None:
    stored = Sample.objects.filter(session=known.session).count()
    day = known.session.started_at
    assert day is not None
    start = f'attachment; filename="waves-sound-{day:%Y-%m-%d}'

    content, name = download(owner, known, "csv")
    assert name == f'{start}-samples.csv"'
    assert len(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))) == stored
    content, name = download(owner, known, "students-csv")
    assert name == f'{start}-students.csv"'
    content, name = download(owner, known, "xlsx")
    assert name == f'{start}.xlsx"'
    assert openpyxl.load_workbook(io.BytesIO(content))["Samples"].max_row == stored + 1
    content, name = download(owner, known, "json")
    assert name == f'{start}.json"'
    assert len(json.loads(content)["samples"]) == stored
    content, name = download(owner, known, "html")
    assert name == f'{start}.html"'
    assert content.startswith(b"<!doctype html>")


def test_a_title_without_latin_letters_gives_a_file_name_too(client: Client) -> None:
    known = make_known_session(title='Физика / "波"')
    client.force_login(known.teacher)
    assert 'filename="session-' in download(client, known, "json")[1]
