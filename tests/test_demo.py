import json
from collections.abc import Iterator
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker, Settings

from inference.labels import EMOTIONS
from sessions.demo.history import DROPPED_OUT, LATE, LEFT_EARLY, NAMES, NO_CAMERA
from sessions.demo.lessons import EMAIL, PASSWORD, Demo, create_demo, demo_teacher
from sessions.models import ClassSession, Connection, Course, Participant, Sample, Student
from sessions.reports.session import session_report
from sessions.services import end_session

pytestmark = pytest.mark.django_db
MODELS = (Course, Student, ClassSession, Participant, Connection, Sample)


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Demo]:
    """Made once for this file, because it has some thirty thousand samples."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield create_demo()
        transaction.set_rollback(True)


def test_the_teacher_signs_in_with_the_printed_password(client: Client) -> None:
    demo_teacher()
    address = EmailAddress.objects.get(email=EMAIL)
    assert address.verified
    assert address.primary
    client.post(reverse("account_login"), {"login": EMAIL, "password": PASSWORD})
    assert client.get(reverse("dashboard")).status_code == 200


def test_history_is_marked_as_simulated_and_the_live_session_is_not(demo: Demo) -> None:
    assert all(session.is_simulated for session in demo.finished)
    assert all(session.state == ClassSession.State.ENDED for session in demo.finished)
    assert not Participant.objects.filter(is_simulated=False).exists()
    assert demo.live.is_live
    assert not demo.live.is_simulated


def test_samples_are_such_as_a_model_would_give(demo: Demo) -> None:
    samples = Sample.objects.all()
    assert 20_000 < samples.filter(session=demo.finished[-1]).count() < 27_000
    assert 0.02 < samples.filter(faces=0).count() / samples.count() < 0.2
    turned = samples.filter(direction="turned")
    assert 0.01 < turned.count() / samples.count() < 0.2
    assert not turned.exclude(emotion="").exists()
    for sample in samples.usable().exclude(emotion="").order_by("?")[:200]:
        values = [value for value in sample.probabilities if value is not None]
        assert sum(values) == pytest.approx(1)
        assert sample.emotion == EMOTIONS[values.index(max(values))]
        assert sample.engagement is not None
        assert 0 <= sample.engagement <= 1
    assert not samples.filter(faces=0).exclude(engagement=None).exists()


def test_the_session_has_those_that_a_class_has(demo: Demo) -> None:
    report = session_report(demo.finished[-1])
    rows = {row.name: row.tally for row in report.students}
    assert sorted(rows) == sorted(NAMES)
    assert rows[NO_CAMERA].samples == 0
    assert rows[NO_CAMERA].attended_s > 2900
    assert rows[LATE].attended_s < 2600
    assert rows[LEFT_EARLY].attended_s < 2000
    assert (
        Connection.objects.filter(
            participant__session=demo.finished[-1], participant__display_name=DROPPED_OUT
        ).count()
        == 2
    )
    engagement = [bucket.engagement for bucket in report.buckets if bucket.engagement is not None]
    assert max(engagement) - min(engagement) > 0.2


def test_made_again_nothing_is_there_twice(demo: Demo) -> None:
    before = [model._default_manager.count() for model in MODELS]
    again = create_demo()
    assert [model._default_manager.count() for model in MODELS] == before
    assert again.live == demo.live


def test_after_the_live_session_has_ended_a_new_one_starts(demo: Demo) -> None:
    end_session(demo.live)
    again = create_demo()
    assert again.live.is_live
    assert again.live != demo.live


def test_without_emotion_history_has_faces_only(settings: Settings) -> None:
    settings.POLICY = "presence"
    User.objects.filter(email=EMAIL).delete()
    create_demo()
    assert Sample.objects.usable().exists()
    assert not Sample.objects.exclude(engagement=None, happy=None, emotion="").exists()


def test_the_command_says_how_to_get_in(demo: Demo) -> None:
    out = StringIO()
    call_command("create_demo", "--json", stdout=out)
    told = json.loads(out.getvalue())
    live = ClassSession.objects.live().get()
    assert told["code"] == live.code
    assert told["join_url"].endswith(reverse("join_session", args=[live.code]))
    assert (told["email"], told["password"]) == (EMAIL, PASSWORD)
    out = StringIO()
    call_command("create_demo", stdout=out)
    assert PASSWORD in out.getvalue()
    assert live.code in out.getvalue()


def test_the_command_is_refused_on_a_public_site(settings: Settings) -> None:
    settings.IS_PUBLIC = True
    User.objects.filter(email=EMAIL).delete()
    with pytest.raises(CommandError, match=r"others reach this site.* a site of its own"):
        call_command("create_demo")
    assert not User.objects.exists()
