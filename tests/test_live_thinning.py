"""When samples go, the report says the same as before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from sessions.live import thinning
from sessions.live.thinning import thin_expired
from sessions.models import Answer, CheckIn, ClassSession, Marker, Minute, Sample
from sessions.reports.attendance import registers
from sessions.reports.charts.sparklines import sparklines_for
from sessions.reports.session import SessionReport, session_report
from sessions.reports.window import Window
from tests.factories import make_participant, make_sample, make_session
from tests.known_session import add_stay

pytestmark = pytest.mark.django_db(transaction=True)
LENGTH_S = 1200
MARKERS = (130, 431, 900)


@pytest.fixture
def session() -> ClassSession:
    ended = timezone.now() - timedelta(days=40)
    session = make_session(
        state="ended",
        interval_s=5,
        started_at=ended - timedelta(seconds=LENGTH_S),
        ended_at=ended,
    )
    for second in MARKERS:
        Marker.objects.create(session=session, second=second, kind="topic")
    question = CheckIn.objects.create(session=session, question="Clear?", second=600)
    for number in range(6):
        person = make_participant(session)
        add_stay(person, 20 * number, LENGTH_S)
        for second in range(20 * number, LENGTH_S, 5):
            emotion = "" if second % 45 == 0 else ("happy", "neutral")[second % 2]
            value = 0.2 + 0.1 * number + 0.0002 * second
            make_sample(
                person, second, emotion, facing=0.5, detector="yunet", definition="index-2",
                engagement=value if emotion else None,
            )  # fmt: skip
        Answer.objects.create(
            check_in=question, participant=person, value=1 + number % 5, second=610 + number
        )
    return session


def figures(report: SessionReport) -> list[Any]:
    """Everything a report says that its samples make."""
    return [
        report.buckets,
        [(one.name, one.tally, one.cells) for one in report.students],
        report.segments,
        report.agreement,
        report.provenance,
        report.total,
    ]


def flat(value: Any) -> Any:
    """Numbers in order, so that sums in another order are the same."""
    if hasattr(value, "__dataclass_fields__"):
        return [flat(getattr(value, name)) for name in value.__dataclass_fields__]
    if isinstance(value, list | tuple):
        return [flat(one) for one in value]
    return round(value, 9) if isinstance(value, float) else value


def test_the_report_says_the_same_afterwards(session: ClassSession) -> None:
    before = figures(session_report(session))
    line = sparklines_for([session])[session.pk]
    register = registers([session], [])
    assert thin_expired() == 1
    assert not Sample.objects.exists()
    session.refresh_from_db()
    report = session_report(session)
    assert report.is_thinned
    assert len(report.segments) == len(MARKERS) + 1
    assert report.agreement is not None
    assert report.agreement.answers == 6
    assert flat(figures(report)) == flat(before)
    assert sparklines_for([session])[session.pk] == pytest.approx(line)
    assert registers([session], []) == register


def test_a_stretch_is_told_by_the_whole_minutes_it_lies_in(session: ClassSession) -> None:
    by_minute = session_report(session, Window(300, 660, False))
    thin_expired()
    session.refresh_from_db()
    report = session_report(session, Window(310, 601, False))
    assert report.window == Window(300, 660, False)
    assert report.total.samples == by_minute.total.samples
    assert report.total.engagement == pytest.approx(by_minute.total.engagement)


def test_what_was_not_deleted_before_a_stop_goes_the_next_time(
    session: ClassSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(session_id: int) -> None:
        Sample.objects.filter(session=session_id, second__gte=600).delete()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(thinning, "delete_samples", stop)
        with pytest.raises(KeyboardInterrupt):
            thin_expired()
    kept = Minute.objects.recorded()
    assert thin_expired() == 1
    assert not Sample.objects.exists()
    assert Minute.objects.recorded() == kept == 6 * LENGTH_S / 5 - 4 * (1 + 2 + 3 + 4 + 5)


def test_a_lately_ended_session_and_a_live_one_keep_their_samples(settings: Settings) -> None:
    for state in ("live", "ended"):
        make_sample(make_participant(make_session(state=state)))
    settings.RAW_RETENTION_DAYS = 1
    assert thin_expired() == 0
    assert Sample.objects.count() == 2
