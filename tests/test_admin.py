import io
import zipfile

import openpyxl
import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from sessions import services
from sessions.joining import membership
from sessions.models import (
    Alert,
    Answer,
    CheckIn,
    ClassSession,
    CoTeacher,
    Course,
    Dispute,
    Marker,
    Participant,
    Sample,
    Signal,
)
from tests.factories import (
    make_participant,
    make_room_sample,
    make_sample,
    make_session,
    make_teacher,
)
from tests.known_session import KnownSession, add_samples, make_known_session

pytestmark = pytest.mark.django_db
MODELS = [model._meta.model_name for model in apps.get_app_config("class_sessions").get_models()]


@pytest.fixture
def known() -> KnownSession:
    return make_known_session()


@pytest.fixture
def head(client: Client) -> Client:
    """A browser in which a superuser is signed in."""
    client.force_login(User.objects.create_superuser("head", "head@example.org", "x"))
    return client


def at(page: str, *args: int) -> str:
    return reverse(f"admin:class_sessions_{page}", args=args)


def test_every_model_is_registered() -> None:
    for model in apps.get_app_config("class_sessions").get_models():
        assert admin.site.is_registered(model)


@pytest.mark.parametrize("model", MODELS)
def test_every_list_opens_is_searched_and_shows_its_rows(
    model: str, head: Client, known: KnownSession
) -> None:
    assert head.get(at(f"{model}_changelist")).status_code == 200
    found = head.get(at(f"{model}_changelist"), {"q": "Ann"})
    assert found.status_code == 200


@pytest.mark.parametrize("model", MODELS)
def test_every_single_page_opens(model: str, head: Client, known: KnownSession) -> None:
    membership.ask_for(known.ann)
    make_room_sample(known.session)
    Marker.objects.create(session=known.session, second=1, kind="note")
    check_in = CheckIn.objects.create(session=known.session, second=1, question="Clear?")
    Answer.objects.create(check_in=check_in, participant=known.ann, value=3, second=2)
    Signal.objects.create(session=known.session, participant=known.ann, kind="hand", second=3)
    Alert.objects.create(session=known.session, kind="engaged", second=9, value=0.4)
    Dispute.objects.create(participant=known.ann, first_second=0, last_second=60)
    CoTeacher.objects.create(course=known.session.course, user=make_teacher())
    row = apps.get_model("class_sessions", model)._default_manager.first()
    assert row is not None
    html = head.get(at(f"{model}_change", row.pk))
    assert html.status_code == 200
    assert known.ann.token_hash not in html.content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_lists_take_the_same_queries_with_more_rows(
    model: str, head: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    make_known_session()
    with CaptureQueriesContext(connection) as few:
        head.get(at(f"{model}_changelist"))
    add_samples(make_participant(make_session()), range(5), "sad", 0.3)
    make_known_session()
    with django_assert_num_queries(len(few)):
        head.get(at(f"{model}_changelist"))


@pytest.mark.parametrize("model", ["sample", "connection"])
def test_records_are_only_read(model: str, head: Client, known: KnownSession) -> None:
    membership.ask_for(known.ann)
    make_room_sample(known.session)
    Marker.objects.create(session=known.session, second=1, kind="note")
    check_in = CheckIn.objects.create(session=known.session, second=1, question="Clear?")
    Answer.objects.create(check_in=check_in, participant=known.ann, value=3, second=2)
    Signal.objects.create(session=known.session, participant=known.ann, kind="hand", second=3)
    Alert.objects.create(session=known.session, kind="engaged", second=9, value=0.4)
    row = apps.get_model("class_sessions", model)._default_manager.first()
    assert row is not None
    assert head.get(at(f"{model}_add")).status_code == 403
    assert head.post(at(f"{model}_change", row.pk), {"second": 1}).status_code == 403
    assert head.post(at(f"{model}_delete", row.pk), {"post": "yes"}).status_code == 403


def test_nobody_is_made_a_participant_by_hand(head: Client) -> None:
    assert head.get(at("participant_add")).status_code == 403


def test_a_participant_is_deleted_with_its_samples(head: Client, known: KnownSession) -> None:
    address = at("participant_delete", known.ann.pk)
    asked = head.get(address).content.decode()
    assert "<li>Samples: 60</li>" in asked.replace("samples", "Samples")
    assert head.post(address, {"post": "yes"}).status_code == 302
    assert not Participant.objects.filter(pk=known.ann.pk).exists()
    assert Sample.objects.filter(session=known.session).count() == 5


def test_chosen_participants_are_deleted_together(head: Client, known: KnownSession) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [known.ann.pk, known.bob.pk]}
    assert head.post(at("participant_changelist"), chosen).status_code == 200
    head.post(at("participant_changelist"), chosen | {"post": "yes"})
    assert list(Participant.objects.all()) == [known.third]


def test_a_live_session_is_ended_and_deleted(head: Client) -> None:
    session = make_session(state="live")
    make_sample(make_participant(session))
    assert head.post(at("classsession_delete", session.pk), {"post": "yes"}).status_code == 302
    assert not ClassSession.objects.exists()
    assert not Sample.objects.exists()


def test_a_teacher_is_deleted_with_everything(head: Client, known: KnownSession) -> None:
    address = reverse("admin:auth_user_delete", args=[known.teacher.pk])
    assert b"65" in head.get(address).content
    assert head.post(address, {"post": "yes"}).status_code == 302
    assert not Course.objects.exists()


def test_a_deletion_needs_the_permissions_for_what_goes_along(
    client: Client, known: KnownSession
) -> None:
    clerk = make_teacher()
    clerk.is_staff = True
    clerk.save()
    names = ["delete_course", "view_course"]
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(clerk)
    address = at("course_delete", known.session.course_id)
    assert client.post(address, {"post": "yes"}).status_code == 403
    assert Course.objects.exists()


def test_chosen_sessions_are_exported_as_a_zip_of_excel_files(
    head: Client, known: KnownSession
) -> None:
    other = make_known_session(title="Energy").session
    response = head.post(
        at("classsession_changelist"),
        {"action": "export_xlsx", "_selected_action": [known.session.pk, other.pk]},
    )
    assert response["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        names = sorted(archive.namelist())
        assert len(names) == 2
        for name in names:
            book = openpyxl.load_workbook(io.BytesIO(archive.read(name)))
            assert book["Samples"].max_row == 66


def test_too_many_sessions_are_not_exported_at_once(head: Client) -> None:
    course = make_session().course
    keys = [make_session(course).pk for _ in range(21)]
    response = head.post(
        at("classsession_changelist"),
        {"action": "export_xlsx", "_selected_action": keys},
        follow=True,
    )
    assert "Choose at most 20 sessions" in response.content.decode()


def test_a_teacher_has_no_way_in(client: Client, known: KnownSession) -> None:
    client.force_login(known.teacher)
    assert client.get(at("sample_changelist")).status_code == 302


@pytest.mark.finding(20)
def test_what_a_session_was_sampled_at_stays_once_it_has_started(
    head: Client, known: KnownSession
) -> None:
    session = known.session
    fields = {"title": "New", "planned_minutes": "45", "interval_s": "60", "course": "1"}
    head.post(at("classsession_change", session.pk), fields)
    stored = ClassSession.objects.get(pk=session.pk)
    assert (stored.title, stored.interval_s) == ("New", session.interval_s)
    assert stored.course == session.course


@pytest.mark.finding(20)
def test_saving_in_the_admin_site_does_not_undo_a_start(head: Client) -> None:
    session = make_session(state="planned")
    other = ClassSession.objects.get(pk=session.pk)
    services.start_session(session)
    form = type("Form", (), {"changed_data": ["title"]})()
    other.title = "New"
    model_admin = admin.site.get_model_admin(ClassSession)
    model_admin.save_model(HttpRequest(), other, form, change=True)
    stored = ClassSession.objects.get(pk=session.pk)
    assert (stored.title, stored.state) == ("New", "live")


@pytest.mark.finding(20)
@pytest.mark.parametrize("model", ["sample", "connection"])
def test_a_page_of_millions_is_not_counted(model: str, head: Client, known: KnownSession) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert head.get(at(f"{model}_changelist")).status_code == 200
    table = f"class_sessions_{model}"
    assert not [q["sql"] for q in queries if "COUNT(" in q["sql"] and table in q["sql"]]


@pytest.mark.finding(3)
def test_there_is_one_sign_in_and_it_has_limits(client: Client) -> None:
    """Sixty wrong passwords were looked at on a page of the admin site's own."""
    answer = client.get("/admin/login/?next=/admin/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    form = {"username": "head", "password": "wrong"}
    with CaptureQueriesContext(connection) as queries:
        for _ in range(60):
            assert client.post("/admin/login/", form).status_code == 302
    assert not [q for q in queries if "auth_user" in q["sql"]]


@pytest.mark.finding(3)
def test_a_teacher_who_is_no_administrator_gets_no_admin_site(client: Client) -> None:
    client.force_login(make_teacher())
    assert client.get("/admin/login/").status_code == 403
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
