import json
from io import StringIO

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from sessions.demo.lessons import EMAIL
from sessions.models import ClassSession
from tests.factories import make_teacher

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("open_session", *arguments, stdout=out)
    return out.getvalue()


def test_it_opens_a_live_session_of_the_demonstration_teacher() -> None:
    facts = json.loads(run("--title", "Waves", "--json", "--url", "http://school.example/"))
    session = ClassSession.objects.get()
    assert session.is_live
    assert session.course.owner.email == EMAIL
    assert facts == {
        "id": session.pk,
        "code": session.code,
        "state": "live",
        "join_url": f"http://school.example/join/{session.code}/",
        "dashboard_url": f"http://school.example/sessions/{session.pk}/live/",
    }


def test_teacher_course_and_interval_can_be_chosen() -> None:
    teacher = make_teacher("Ada@example.org")
    arguments = ["--teacher", "ada@example.org", "--course", "Physics", "--interval", "0.5"]
    run("--title", "Waves", "--planned", *arguments)
    run("--title", "Sound", *arguments)
    waves, sound = ClassSession.objects.order_by("pk")
    assert (waves.state, sound.state) == ("planned", "live")
    assert waves.course == sound.course
    assert (waves.course.name, waves.course.owner) == ("Physics", teacher)
    assert waves.interval_s == 0.5


def test_without_json_it_is_for_people() -> None:
    text = run("--title", "Waves")
    assert f"code: {ClassSession.objects.get().code}\n" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--title", "Waves", "--teacher", "nobody@example.org"], "Sign up"),
        (["--title", "x" * 121], "120 characters"),
        (["--title", "Waves", "--interval", "0.01"], "0.2"),
    ],
)
def test_what_cannot_be_is_explained(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*arguments)
    assert not ClassSession.objects.exists()


def test_a_public_site_gets_no_account_with_a_known_password(settings: Settings) -> None:
    settings.IS_PUBLIC = True
    with pytest.raises(CommandError, match=r"knows the .* password.* with --teacher"):
        run("--title", "Waves")
    assert not User.objects.exists()
    make_teacher("ada@example.org")
    run("--title", "Waves", "--teacher", "ada@example.org")
    assert ClassSession.objects.get().course.owner.email == "ada@example.org"
