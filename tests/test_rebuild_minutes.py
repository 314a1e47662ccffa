from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from sessions.models import ClassSession, Minute, Sample
from tests.factories import make_participant, make_sample, make_session

pytestmark = pytest.mark.django_db


def recorded(state: str = "ended") -> ClassSession:
    session = make_session(state=state)
    make_sample(make_participant(session), 5)
    return session


def rebuilt(*options: str) -> str:
    out = StringIO()
    call_command("rebuild_minutes", *options, stdout=out)
    return out.getvalue().strip()


def test_minutes_follow_what_was_changed_in_the_samples() -> None:
    recorded()
    Sample.objects.update(emotion="sad")
    assert rebuilt() == "Minutes of 1 sessions made anew."
    assert Minute.objects.get().sad_count == 1


def test_a_live_session_and_one_without_samples_keep_theirs() -> None:
    live, thinned = recorded("live"), recorded()
    Sample.objects.filter(session=thinned).delete()
    ClassSession.objects.filter(pk=thinned.pk).update(thinned_at=timezone.now())
    before = list(Minute.objects.values_list("pk", "session"))
    assert rebuilt() == "Minutes of 0 sessions made anew."
    assert list(Minute.objects.values_list("pk", "session")) == before
    assert {session for _, session in before} == {live.pk, thinned.pk}


def test_one_session_is_chosen_by_its_number() -> None:
    chosen, other = recorded(), recorded()
    Sample.objects.update(emotion="sad")
    assert rebuilt(f"--session={chosen.pk}") == "Minutes of 1 sessions made anew."
    assert Minute.objects.get(session=chosen).sad_count == 1
    assert Minute.objects.get(session=other).sad_count == 0
