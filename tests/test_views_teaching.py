from typing import NamedTuple

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from sessions import services
from sessions.models import ClassSession
from tests.factories import make_course, make_participant, make_sample, make_session, make_teacher

pytestmark = pytest.mark.django_db

SESSION = {"title": "Session", "planned_minutes": "45", "interval_s": "1", "show_engagement": "on"}


class Access(NamedTuple):
    owner: User
    colleague: User
    session: ClassSession


@pytest.fixture
def access() -> Access:
    owner = make_teacher()
    session = make_session(make_course(owner), "planned", title="Photosynthesis")
    return Access(owner, make_teacher(), session)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def content(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


# The list ---------------------------------------------------------------------------------


def test_the_list_shows_live_first_then_planned_then_ended(access: Access) -> None:
    course = access.session.course
    ended = make_session(course, "ended", title="Ended")
    live = make_session(course, "live", title="Live now")
    make_session(make_course(access.colleague), title="Somebody else's")
    make_participant(live)
    rows = signed_in(access.owner).get("/sessions/").context["rows"]
    assert [session for session, _ in rows] == [live, access.session, ended]
    assert rows[0][0].participant_count == 1


def test_the_list_draws_engagement_as_a_small_line(access: Access) -> None:
    participant = make_participant(make_session(access.session.course, "ended"))
    for second in range(0, 300, 15):
        make_sample(participant, second, engagement=0.4)
    assert "Engagement: mean 0.40" in content(signed_in(access.owner), "/sessions/")


def test_the_list_draws_no_engagement_under_the_presence_policy(
    access: Access, settings: Settings
) -> None:
    settings.POLICY = "presence"
    make_session(access.session.course, "ended")
    assert 'class="sparkline"' not in content(signed_in(access.owner), "/sessions/")


def test_archived_sessions_have_a_list_of_their_own(access: Access) -> None:
    services.archive_session(access.session)
    client = signed_in(access.owner)
    assert "Photosynthesis" not in content(client, "/sessions/")
    assert "Photosynthesis" in content(client, "/sessions/?archived=1")


def test_a_long_list_has_pages_and_an_odd_page_shows_one(access: Access) -> None:
    for _ in range(25):
        make_session(access.session.course, "ended")
    client = signed_in(access.owner)
    assert "Page 1 of 2" in content(client, "/sessions/")
    assert "Page 2 of 2" in content(client, "/sessions/?page=99")
    assert "Page 1 of 2" in content(client, "/sessions/?page=odd")


def test_the_list_needs_six_queries_however_long(
    access: Access, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(6):
        make_sample(make_participant(make_session(access.session.course, "ended")))
    client = signed_in(access.owner)
    # The sign-in's two, the last course, the number of sessions, a page of them, the lines.
    with django_assert_num_queries(6):
        client.get("/sessions/")


def test_an_empty_list_says_how_to_begin(client: Client) -> None:
    client.force_login(make_teacher())
    page = content(client, "/sessions/")
    assert "Name your first lesson" in page
    assert "Lesson of " in page


def test_a_lesson_is_started_by_one_click_in_the_course_of_the_last_one(access: Access) -> None:
    client = signed_in(access.owner)
    answer = client.post("/sessions/begin/", {"title": "Optics"})
    session = ClassSession.objects.get(title="Optics")
    assert answer.headers["Location"] == f"/sessions/{session.pk}/live/"
    assert session.is_live
    assert session.course == access.session.course
    client.post("/sessions/begin/")
    unnamed = ClassSession.objects.latest("pk")
    assert unnamed.title.startswith("Lesson of ")
    page = client.post("/sessions/begin/", {"title": "x" * 121}, follow=True)
    assert "was not started" in page.content.decode()
    assert ClassSession.objects.latest("pk") == unnamed
    assert "/accounts/login/" in Client().post("/sessions/begin/").headers["Location"]


def test_a_lesson_is_planned_once_more_with_its_settings_alone(access: Access) -> None:
    given = make_session(
        access.session.course, "ended", title="Optics", interval_s=2.0, planned_minutes=90,
        show_engagement=False, notes="went well", room_key="k" * 43, is_locked=True,
    )  # fmt: skip
    make_participant(given)
    answer = signed_in(access.owner).post(f"/sessions/{given.pk}/duplicate/")
    made = ClassSession.objects.latest("pk")
    assert answer.headers["Location"] == f"/sessions/{made.pk}/edit/"
    assert (made.title, made.interval_s, made.planned_minutes) == ("Optics", 2.0, 90)
    assert (made.state, made.show_engagement, made.is_locked) == ("planned", False, False)
    assert (made.notes, made.room_key, made.participants.count()) == ("", "", 0)
    assert made.code != given.code
    assert signed_in(access.colleague).post(f"/sessions/{given.pk}/duplicate/").status_code == 404
    assert ClassSession.objects.latest("pk") == made


def test_the_first_lesson_of_a_teacher_needs_no_course() -> None:
    teacher = make_teacher()
    signed_in(teacher).post("/sessions/begin/")
    assert ClassSession.objects.get(course__owner=teacher).course.name == "My class"


# Creating and editing -----------------------------------------------------------------------


def test_a_new_teacher_gets_from_an_empty_list_to_a_live_class_in_two_steps() -> None:
    teacher = make_teacher()
    client = signed_in(teacher)
    answer = client.post("/sessions/new/", {**SESSION, "new_course": "Biology"})
    session = ClassSession.objects.get(course__owner=teacher)
    assert answer.headers["Location"] == f"/sessions/{session.pk}/"
    started = client.post(f"/sessions/{session.pk}/start/")
    assert started.headers["Location"] == f"/sessions/{session.pk}/live/"
    session.refresh_from_db()
    assert session.is_live


def test_a_new_session_of_a_course_has_it_chosen_already(access: Access) -> None:
    course = access.session.course
    page = content(signed_in(access.owner), f"/sessions/new/?course={course.pk}")
    assert f'<option value="{course.pk}" selected>' in page
    assert "selected>" not in content(signed_in(access.owner), "/sessions/new/?course=odd")


def test_a_session_is_edited(access: Access) -> None:
    data = {**SESSION, "title": "Cells", "course": str(access.session.course_id)}
    signed_in(access.owner).post(f"/sessions/{access.session.pk}/edit/", data)
    access.session.refresh_from_db()
    assert (access.session.title, access.session.planned_minutes) == ("Cells", 45)


def test_a_mistake_in_the_form_is_told_beside_its_field(access: Access) -> None:
    page = signed_in(access.owner).post("/sessions/new/", {**SESSION, "title": ""})
    assert 'aria-invalid="true"' in page.content.decode()
    assert 'id="id_title_error"' in page.content.decode()


# Lobby, QR code, live page --------------------------------------------------------------------


def test_the_lobby_shows_code_link_qr_code_and_who_is_there(access: Access) -> None:
    make_participant(access.session, display_name="Anna")
    page = content(signed_in(access.owner), f"/sessions/{access.session.pk}/")
    assert access.session.code in page
    assert f"http://testserver/join/{access.session.code}/" in page
    assert 'class="qr"' in page
    assert "Anna" in page
    assert "Start session" in page


@pytest.mark.parametrize(
    ("host", "is_warned"),
    [
        ("localhost:8000", True),
        ("127.0.0.1:8000", True),
        ("[::1]:8000", True),
        ("testserver", False),
    ],
)
def test_the_lobby_warns_of_an_address_that_other_devices_cannot_reach(
    access: Access, host: str, is_warned: bool
) -> None:
    answer = signed_in(access.owner).get(f"/sessions/{access.session.pk}/", headers={"host": host})
    assert ("works on this computer only" in answer.content.decode()) is is_warned


def test_the_projector_page_shows_the_code_without_the_sites_head(access: Access) -> None:
    page = content(signed_in(access.owner), f"/sessions/{access.session.pk}/qr/")
    assert access.session.code in page
    assert "site-head" not in page


def test_an_ended_session_invites_nobody(access: Access) -> None:
    ended = make_session(access.session.course, "ended")
    client = signed_in(access.owner)
    assert 'class="qr"' not in content(client, f"/sessions/{ended.pk}/")
    assert "nobody can join" in content(client, f"/sessions/{ended.pk}/qr/")


def test_the_live_page_names_its_socket_and_the_estimate(access: Access) -> None:
    page = content(signed_in(access.owner), f"/sessions/{access.session.pk}/live/")
    assert f"/ws/dashboard/{access.session.pk}/" in page
    assert "never a grade" in page
    assert 'id="looks-now"' in page
    assert reverse("model_card") in page


def test_the_live_page_has_no_emotions_under_the_presence_policy(
    access: Access, settings: Settings
) -> None:
    settings.POLICY = "presence"
    page = content(signed_in(access.owner), f"/sessions/{access.session.pk}/live/")
    assert 'id="levels"' not in page
    assert 'id="looks-now"' not in page
    assert "in front of the camera" not in page
    assert 'id="lesson-chart"' in page
    assert "Model: " not in page


def test_the_second_display_names_nobody_and_is_its_teachers(
    access: Access, settings: Settings
) -> None:
    make_participant(access.session, display_name="Ada Lovelace")
    address = f"/sessions/{access.session.pk}/display/"
    page = content(signed_in(access.owner), address)
    assert "Ada Lovelace" not in page
    assert access.session.code in page
    assert 'id="levels"' in page
    assert signed_in(access.colleague).get(address).status_code == 404
    assert "/accounts/login/" in Client().get(address).headers["Location"]
    settings.POLICY = "presence"
    assert 'id="levels"' not in content(signed_in(access.owner), address)


def test_the_live_page_of_an_ended_session_is_its_report(access: Access) -> None:
    ended = make_session(access.session.course, "ended")
    answer = signed_in(access.owner).get(f"/sessions/{ended.pk}/live/")
    assert answer.headers["Location"] == f"/sessions/{ended.pk}/report/"


def test_pages_write_no_script_of_their_own(access: Access) -> None:
    client = signed_in(access.owner)
    for page in ("", "live/", "qr/", "edit/"):
        text = content(client, f"/sessions/{access.session.pk}/{page}")
        assert "onclick" not in text
        assert "<script>" not in text


# Steps ------------------------------------------------------------------------------------------


def test_ending_asks_first_and_leads_to_the_report(access: Access) -> None:
    services.start_session(access.session)
    client = signed_in(access.owner)
    url = f"/sessions/{access.session.pk}/end/"
    assert "for everybody" in content(client, url)
    access.session.refresh_from_db()
    assert access.session.is_live
    assert client.post(url).headers["Location"] == f"/sessions/{access.session.pk}/report/"
    access.session.refresh_from_db()
    assert access.session.state == "ended"


def test_a_session_that_is_not_live_has_nothing_to_end(access: Access) -> None:
    client = signed_in(access.owner)
    url = f"/sessions/{access.session.pk}/end/"
    assert client.get(url).headers["Location"] == f"/sessions/{access.session.pk}/"
    page = client.post(url, follow=True).content.decode()
    assert "has not started yet" in page


def test_an_ended_session_is_not_started_again(access: Access) -> None:
    ended = make_session(access.session.course, "ended")
    page = signed_in(access.owner).post(f"/sessions/{ended.pk}/start/", follow=True)
    assert "This session has ended" in page.content.decode()


def test_a_session_is_archived_and_restored_but_not_while_live(access: Access) -> None:
    client = signed_in(access.owner)
    client.post(f"/sessions/{access.session.pk}/archive/")
    access.session.refresh_from_db()
    assert access.session.archived_at is not None
    client.post(f"/sessions/{access.session.pk}/restore/")
    access.session.refresh_from_db()
    assert access.session.archived_at is None
    services.start_session(access.session)
    page = client.post(f"/sessions/{access.session.pk}/archive/", follow=True)
    assert "End it before you archive it" in page.content.decode()


@pytest.mark.parametrize("step", ["start", "archive", "restore"])
def test_a_link_alone_changes_nothing(access: Access, step: str) -> None:
    answer = signed_in(access.owner).get(f"/sessions/{access.session.pk}/{step}/")
    assert answer.status_code == 405


@pytest.mark.parametrize("page", ["", "edit/", "qr/", "live/", "end/"])
def test_a_session_does_not_exist_for_a_colleague_and_asks_a_stranger_to_sign_in(
    access: Access, page: str
) -> None:
    url = f"/sessions/{access.session.pk}/{page}"
    assert signed_in(access.colleague).get(url).status_code == 404
    assert Client().get(url).headers["Location"] == f"/accounts/login/?next={url}"


@pytest.mark.parametrize("step", ["start", "end", "archive", "restore", "edit"])
def test_a_colleague_and_a_stranger_change_nothing(access: Access, step: str) -> None:
    url = f"/sessions/{access.session.pk}/{step}/"
    assert signed_in(access.colleague).post(url, SESSION).status_code == 404
    assert Client().post(url, SESSION).headers["Location"].startswith("/accounts/login/")
    access.session.refresh_from_db()
    assert (access.session.state, access.session.archived_at) == ("planned", None)
    assert access.session.title == "Photosynthesis"


@pytest.mark.parametrize("url", ["/sessions/", "/sessions/new/"])
def test_a_stranger_is_asked_to_sign_in(client: Client, url: str) -> None:
    assert client.get(url).headers["Location"] == f"/accounts/login/?next={url}"


def test_sessions_are_found_by_title_and_course_across_pages(client: Client) -> None:
    owner = make_teacher()
    biology = make_course(owner, "Biology 9b")
    for number in range(25):
        make_session(biology, "ended", title=f"Cells, part {number}")
    make_session(make_course(owner, "Physics"), "ended", title="Waves & <sound>")
    make_session(make_course(name="Biology of others"), "ended", title="Cells of others")
    client.force_login(owner)
    first = client.get("/sessions/", {"q": " biology "})
    assert first.context["page"].paginator.count == 25
    assert "q=biology&amp;page=2" in first.content.decode()
    second = client.get("/sessions/", {"q": "biology", "page": "2"})
    assert len(second.context["rows"]) == 5
    found = client.get("/sessions/", {"q": "<sound>"}).content.decode()
    assert "Waves &amp; &lt;sound&gt;" in found
    assert "1 found" in found
    assert "No session has" in client.get("/sessions/", {"q": "chemistry"}).content.decode()


def test_first_steps_are_shown_until_a_lesson_has_ended(client: Client) -> None:
    owner = make_teacher()
    client.force_login(owner)
    assert "Your first lesson" in client.get("/sessions/").content.decode()
    session = make_session(make_course(owner), "live")
    steps = client.get("/sessions/").context["guide"]
    assert steps == {"started": True, "joined": False}
    make_participant(session)
    assert client.get("/sessions/").context["guide"]["joined"]
    make_session(session.course, "ended")
    assert "Your first lesson" not in client.get("/sessions/").content.decode()


@pytest.mark.parametrize(
    ("step", "undone_by"),
    [
        ("sessions/{}/archive/", "/sessions/{}/restore/"),
        ("sessions/{}/restore/", "/sessions/{}/archive/"),
        ("sessions/{}/lock/", "/sessions/{}/unlock/"),
    ],
)
def test_a_step_that_can_be_taken_back_offers_it(access: Access, step: str, undone_by: str) -> None:
    pk = access.session.pk
    ClassSession.objects.filter(pk=pk).update(state="planned", started_at=None)
    client = Client()
    client.force_login(access.owner)
    page = client.post("/" + step.format(pk), follow=True).content.decode()
    assert f'action="{undone_by.format(pk)}"' in page
    assert ">Undo</button>" in page
    assert client.post(undone_by.format(pk), follow=True).status_code == 200


def test_who_was_taken_out_by_mistake_is_let_in_by_the_same_message(access: Access) -> None:
    participant = make_participant(access.session)
    client = Client()
    client.force_login(access.owner)
    path = f"/sessions/{access.session.pk}/participants/{participant.pk}"
    page = client.post(f"{path}/remove/", follow=True).content.decode()
    assert f'action="{path}/readmit/"' in page
    client.post(f"{path}/readmit/")
    participant.refresh_from_db()
    assert participant.removed_at is None
