from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from sessions.models import ClassSession, Sample
from tests.factories import make_participant, make_sample, make_session


@pytest.mark.django_db(transaction=True)
def test_only_what_is_too_old_is_deleted(settings: Settings) -> None:
    settings.RETENTION_DAYS = 7
    now = timezone.now()
    for days in (6, 8):
        ended = now - timedelta(days=days)
        session = make_session(
            title=f"{days}", state="ended", started_at=ended - timedelta(hours=1), ended_at=ended
        )
        make_sample(make_participant(session))
    out = StringIO()
    call_command("purge_expired", stdout=out)
    assert out.getvalue().splitlines() == [
        "1 sessions older than 7 days deleted.",
        "Samples of 0 sessions older than 30 days deleted; their minutes stay.",
    ]
    assert [session.title for session in ClassSession.objects.all()] == ["6"]
    assert Sample.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_samples_go_before_their_session(settings: Settings) -> None:
    settings.RETENTION_DAYS, settings.RAW_RETENTION_DAYS = 20, 7
    ended = timezone.now() - timedelta(days=8)
    session = make_session(state="ended", started_at=ended - timedelta(hours=1), ended_at=ended)
    make_sample(make_participant(session))
    call_command("purge_expired", stdout=StringIO())
    assert not Sample.objects.exists()
    assert session.minutes.recorded() == 1
