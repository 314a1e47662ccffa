import json
from typing import Any

import pytest
from pytest_django import Settings

from inference.labels import EMOTIONS
from sessions.models import Sample
from sessions.reports.exports import json as json_export
from sessions.reports.session import session_report
from tests.factories import make_session
from tests.known_session import FORMULA_NAME, collected, make_known_session

pytestmark = pytest.mark.django_db


def document_of(session: Any) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(collected(json_export.document(session_report(session))))
    return result


def test_the_document_agrees_with_the_database() -> None:
    known = make_known_session(is_simulated=True)
    document = document_of(known.session)
    assert document["schema"] == {"name": "engagement-session", "version": 1}
    assert document["labels"] == list(EMOTIONS)
    assert document["models"] == ["compact"]
    assert document["simulated"]["session"] is True
    assert "never a grade" in document["note"]
    assert document["session"]["started_at"] == known.session.started_at.isoformat()  # type: ignore[union-attr]
    assert document["summary"]["coverage"] == pytest.approx(55 / 150)
    assert [one["name"] for one in document["students"]] == [FORMULA_NAME, "Ann", "Bob"]
    assert document["students"][1]["engagement"] == pytest.approx(0.4)
    assert document["students"][2]["engagement"] is None
    assert sum(bucket["samples"] for bucket in document["timeline"]["buckets"]) == 65

    rows = [dict(zip(document["sample_fields"], row, strict=True)) for row in document["samples"]]
    stored = list(Sample.objects.filter(session=known.session).in_order())
    assert [row["engagement"] for row in rows] == [sample.engagement for sample in stored]
    assert [row["participant"] for row in rows] == [sample.participant_id for sample in stored]
    assert [tuple(row[name] for name in EMOTIONS) for row in rows] == [
        sample.probabilities for sample in stored
    ]


def test_every_key_is_documented() -> None:
    documented = json_export.__doc__ or ""
    for key in document_of(make_known_session().session):
        assert f"\n{key}" in documented, key


def test_a_session_without_samples_is_valid_json() -> None:
    document = document_of(make_session())
    assert document["samples"] == []
    assert document["summary"]["engagement"] is None


def test_without_emotion_no_estimate_is_left(settings: Settings) -> None:
    settings.POLICY = "presence"
    document = document_of(make_known_session().session)
    assert document["policy"] == "presence"
    assert document["models"] == []
    assert document["sample_fields"] == ["participant", "at", "second", "faces"]
    assert {one["engagement"] for one in document["students"]} == {None}
    assert {one["engagement"] for one in document["timeline"]["buckets"]} == {None}
