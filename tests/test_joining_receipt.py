"""A student's receipt: the own figures and files, from minutes alone."""

import csv
import io
import json
from dataclasses import asdict
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from sessions.joining import disputes
from sessions.joining.receipt import NOT_SHOWN, Receipt, receipt_of
from sessions.joining.receipt_chart import receipt_chart
from sessions.joining.receipt_files import FILES
from sessions.models import Participant, Sample
from sessions.reports.facts import NOTE, PRESENCE_NOTE
from sessions.reports.session import session_report
from sessions.reports.tally import MIN_USABLE
from tests.factories import make_participant, make_sample, make_session
from tests.known_session import KnownSession, add_samples, add_stay, make_known_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> KnownSession:
    return make_known_session()


def fresh(participant: Participant) -> Participant:
    return Participant.objects.select_related("session").get(pk=participant.pk)


def receipt(participant: Participant) -> Receipt:
    return receipt_of(fresh(participant))


def thin(known: KnownSession) -> None:
    Sample.objects.filter(session=known.session).delete()
    known.session.thinned_at = timezone.now()
    known.session.save()


def rows_of(kind: str, participant: Participant) -> list[dict[str, str]]:
    text = FILES[kind].make(receipt(participant)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_its_figures_are_those_of_the_report(known: KnownSession) -> None:
    rows = {row.participant_id: row for row in session_report(known.session).students}
    for person in (known.ann, known.bob, known.third):
        own, told = asdict(receipt(person).tally), asdict(rows[person.pk].tally)
        assert own.pop("emotion_counts") == told.pop("emotion_counts")
        assert own == pytest.approx(told)


def test_a_minute_has_its_own_coverage_and_no_mean_of_too_little(known: KnownSession) -> None:
    own = receipt(known.ann)
    assert (own.bucket_s, [one.start_s for one in own.buckets]) == (60, [*range(0, 600, 60)])
    assert [one.coverage for one in own.buckets] == pytest.approx([1] * 8 + [1 / 3, 0])
    assert own.buckets[0].engagement == pytest.approx(0.4)
    assert own.buckets[9].engagement is None
    # Bob went after five minutes, and nothing is expected of him since.
    assert [one.coverage for one in receipt(known.bob).buckets[5:]] == [None] * 5


def test_it_says_the_same_when_the_samples_are_deleted(known: KnownSession) -> None:
    before = receipt(known.ann)
    minutes = rows_of("minutes", known.ann)
    thin(known)
    after = receipt(known.ann)
    assert (after.tally, after.buckets) == (before.tally, before.buckets)
    assert after.provenance == before.provenance
    assert rows_of("minutes", known.ann) == minutes
    assert (before.has_samples, after.has_samples) == (True, False)
    assert json.loads(FILES["json"].make(after))["samples"] == []
    assert rows_of("samples", known.ann) == []


def test_it_takes_the_same_queries_whatever_is_stored(
    known: KnownSession, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for person in (known.ann, known.third):
        own = fresh(person)
        with django_assert_num_queries(5):
            receipt_of(own)


def test_it_says_until_when_what_is_kept(known: KnownSession, settings: Settings) -> None:
    settings.RETENTION_DAYS, settings.RAW_RETENTION_DAYS = 90, 30
    ended = known.session.ended_at
    assert ended is not None
    own = receipt(known.ann)
    assert own.kept_until == ended + timedelta(days=90)
    assert own.samples_until == ended + timedelta(days=30)
    settings.RAW_RETENTION_DAYS = 90
    assert receipt(known.ann).samples_until is None
    assert receipt(make_participant(make_session())).kept_until is None


@pytest.mark.parametrize(
    ("policy", "shown", "note"),
    [
        ("emotion", True, NOTE),
        ("emotion", False, NOT_SHOWN),
        ("presence", True, PRESENCE_NOTE),
    ],
)
def test_estimates_are_shown_where_teacher_and_policy_allow_it(
    known: KnownSession, settings: Settings, policy: str, shown: bool, note: str
) -> None:
    settings.POLICY = policy
    known.session.show_engagement = shown
    known.session.save()
    own = receipt(known.ann)
    told = policy == "emotion" and shown
    assert (own.with_emotion, own.note) == (told, note)
    assert (own.tally.engagement is not None) is told
    assert any(one.engagement is not None for one in own.buckets) is told
    assert own.tally.coverage == pytest.approx(50 / 60)
    assert bool(own.provenance.models) is (policy == "emotion")
    chart = receipt_chart(own)
    assert chart is not None
    names = {trace["name"] for trace in chart.figure["data"]}
    assert names == ({"Engagement", "Expression", "Coverage"} if told else {"Coverage"})
    assert ("Engagement is index-1" in chart.caption) is told
    assert "Coverage 83 %" in chart.caption
    for kind, file in FILES.items():
        text = file.make(own).decode()
        assert ("happy" in text.replace('"happy"', "", 1)) is told, kind
    document = json.loads(FILES["json"].make(own))
    assert (document["summary"]["engagement"] is not None) is told
    assert document["note"] == note


def test_the_chart_shades_what_was_called_wrong(known: KnownSession) -> None:
    disputes.call_wrong(known.ann, 120, 300, "")
    chart = receipt_chart(receipt(known.ann))
    assert chart is not None
    shaded = [shape for shape in chart.figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(shape["x0"], shape["x1"]) for shape in shaded] == [(2, 5)]
    assert "Shaded" in chart.caption


def test_without_a_record_there_is_no_curve(known: KnownSession) -> None:
    assert receipt_chart(receipt(known.third)) is None
    waiting = receipt(make_participant(make_session(state="planned")))
    assert (waiting.buckets, waiting.tally.attendance) == ((), None)


class TestFiles:
    def test_minutes_say_that_they_are_estimates(self, known: KnownSession) -> None:
        rows = rows_of("minutes", known.ann)
        assert [row["start_s"] for row in rows[:3]] == ["0", "60", "120"]
        first, empty = rows[0], rows[9]
        assert (first["samples"], first["usable"], first["coverage"]) == ("6", "6", "1.0")
        assert (first["engagement"], first["happy"]) == ("0.4", "0.9")
        assert (empty["samples"], empty["engagement"]) == ("6", "")
        assert {row["note"] for row in rows} == {"estimate, never a grade"}

    def test_samples_are_the_own_ones(self, known: KnownSession) -> None:
        rows = rows_of("samples", known.bob)
        assert [row["second"] for row in rows] == ["0", "10", "20", "30", "40"]
        assert {row["emotion"] for row in rows} == {"sad"}
        assert "participant_id" not in rows[0]

    def test_a_title_is_no_formula(self) -> None:
        known = make_known_session(title="=1+1")
        assert {row["session"] for row in rows_of("minutes", known.ann)} == {"'=1+1"}

    def test_the_document_has_all_that_was_said(self, known: KnownSession) -> None:
        disputes.call_wrong(known.ann, 0, 60, "no")
        document = json.loads(FILES["json"].make(receipt(known.ann)))
        assert document["record"]["name"] == "Ann"
        assert document["record"]["stays"] == [[0, 600]]
        assert len(document["samples"]) == document["record"]["samples"] == 60
        assert document["sample_fields"][:3] == ["at", "second", "faces"]
        (dispute,) = document["disputes"]
        assert (dispute["first_second"], dispute["last_second"]) == (0, 60)
        assert dispute["reason"] == "no"


def test_a_late_last_sample_has_a_minute(known: KnownSession) -> None:
    make_sample(known.ann, second=665)
    assert receipt(known.ann).buckets[-1].start_s == 660


def test_a_long_interval_makes_wider_steps() -> None:
    session = make_session(state="ended", interval_s=60.0)
    person = make_participant(session)
    add_stay(person, 0, 600)
    add_samples(person, range(0, 600, 60), "happy", 0.5)
    own = receipt(person)
    assert own.bucket_s == 120
    assert own.tally.usable == MIN_USABLE
    assert all(one.coverage == 1 for one in own.buckets)
