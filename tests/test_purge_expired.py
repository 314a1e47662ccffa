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
    assert out.getvalue() == "1 sessions older than 7 days deleted.\n"
    assert [session.title for session in ClassSession.objects.all()] == ["6"]
    assert Sample.objects.count() == 1
