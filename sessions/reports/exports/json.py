"""JSON for programs, in one object. Version 1 of its form:

schema        {"name": "engagement-session", "version": 1}
generated_at  ISO 8601
note          what the figures are and are not
simulated     {"session": bool, "students": number of simulated students, "mark": text or ""}
policy        "emotion" or "presence"; with presence all estimates are null and models is []
models        names of the models that made the estimates
detectors     what found the faces; not known of old samples
definitions   of engagement: index-1, index-2 (docs/engagement.md)
labels        the seven emotions in the order of every array of seven below
session       {"id", "title", "course", "started_at", "ended_at", "live", "interval_s", "length_s",
              "from_s", "to_s"}: the stretch that all figures are of
summary       counts and means of the class, as for a student below, without names
timeline      {"width_s", "buckets": [{"start_s", "samples", "usable", "expected", "coverage",
              "engagement", "facing", "emotions": mean probabilities or null}]}
markers       [{"second", "kind", "text"}]: the teacher's, in order
segments      between markers: [{"start_s", "end_s", "number", "kind", "label", "engagement",
              "facing", "coverage", "change": {"mean", "low", "high", "students"} or null}]
check_ins     [{"second", "closed_s", "question", "counts": of the answers 1 to 5, "is_random"}]
signs         by kind (confused, too_fast, too_slow, hand), the seconds at which one was given
agreement     of the estimate with answers to check-ins: {"answers", "students", "correlation",
              "low", "high"}, the latter three null for too few; null with presence
alerts        what the live page pointed out: [{"kind", "label", "name", "second", "value",
              "ended_second", "acknowledged_second"}]
disputes      what students call wrong; it changes no figure: {"students": how many, "disputed_s":
              seconds connected that they call wrong, "connected_s": of the whole class,
              "samples": in what is called wrong, "share": of the recorded samples, "rows":
              [{"start_s", "end_s", "reason"}]}
room          of the room's camera, or null: {"models", "detectors", "frames", "coverage", "faces",
              "facing", "width_s", "buckets": [{"start_s", "frames", "coverage", "faces",
              "facing", "emotions"}]}, means over its pictures; no other figure has them
students      [{"participant", "participants": all of this student, "student", "name",
              "simulated", "attended_s", "attendance", "samples", "usable", "coverage",
              "engagement", "facing", "emotion_shares", "dominant", "disputed_s"}]
time_zone     of the site; times here are in UTC
minute_fields names of the columns of minutes
minutes       one array a student and minute (and model): what stays when the samples are deleted
sample_fields names of the columns of samples; empty arrays of them where they are deleted
samples       one array a sample, in order of time; participant refers to students

Times are in UTC; shares, coverage, probabilities and engagement are from 0 to 1; null is too
little data, or a frame without a face.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from inference.labels import EMOTIONS
from sessions.querysets.minutes import KEY, SUMMED
from sessions.reports.buckets import Bucket
from sessions.reports.exports import rows as sample_rows
from sessions.reports.exports.export import Export
from sessions.reports.facts import note, simulated
from sessions.reports.session import SessionReport
from sessions.reports.tally import ClassTally, Tally

SCHEMA: Final = {"name": "engagement-session", "version": 1}


async def document(report: SessionReport) -> AsyncIterator[bytes]:
    """The file in pieces; one sample a line."""
    yield _dump(head(report))[:-1] + b',\n"minutes": ['
    between = b"\n"
    async for minutes in sample_rows.minute_chunks(report):
        lines = [_dump([getattr(one, name) for name in minute_fields(report)]) for one in minutes]
        yield between + b",\n".join(lines)
        between = b",\n"
    yield b'\n],\n"samples": ['
    between = b"\n"
    async for chunk in sample_rows.chunks(report):
        lines = [_dump([key, _iso(at), *rest]) for key, at, *rest in chunk]
        yield between + b",\n".join(lines)
        between = b",\n"
    yield b"\n]}\n"


def minute_fields(report: SessionReport) -> tuple[str, ...]:
    """Of sessions.models.Minute; without emotion, none that a model estimated."""
    if not report.with_emotion:
        return ("participant_id", "second", "detector", "samples", "usable")
    return (*KEY, *SUMMED)


def head(report: SessionReport) -> dict[str, Any]:
    """Everything but the samples."""
    return {
        "schema": SCHEMA,
        "generated_at": _iso(report.generated_at),
        "note": note(report),
        "simulated": {
            "session": report.is_simulated,
            "students": report.simulated_students,
            "mark": simulated(report),
        },
        "policy": "emotion" if report.with_emotion else "presence",
        "models": report.provenance.models,
        "detectors": report.provenance.detectors,
        "definitions": report.provenance.definitions,
        "labels": EMOTIONS,
        "time_zone": str(timezone.get_current_timezone()),
        "session": {
            "id": report.session_id,
            "title": report.title,
            "course": report.course,
            "started_at": _iso(report.started_at),
            "ended_at": _iso(report.ended_at),
            "live": report.is_live,
            "interval_s": report.interval_s,
            "length_s": report.length_s,
            "from_s": report.window.start_s,
            "to_s": report.window.end_s,
        },
        "summary": tally_object(report.total) | {"students": len(report.students)},
        "timeline": {
            "width_s": report.bucket_s,
            "buckets": [bucket_object(one) for one in report.buckets],
        },
        "markers": [
            {"second": one.second, "kind": one.kind, "text": one.text} for one in report.markers
        ],
        "segments": [asdict(one) for one in report.segments],
        "check_ins": [asdict(one) for one in report.voice.check_ins],
        "signs": report.voice.signs,
        "agreement": None if report.agreement is None else asdict(report.agreement),
        "alerts": [asdict(one) for one in report.alerts],
        "disputes": {
            "students": report.disputes.students,
            "disputed_s": report.disputes.disputed_s,
            "connected_s": report.disputes.connected_s,
            "samples": report.disputes.samples,
            "share": report.disputes.share,
            "rows": [asdict(one) for one in report.disputes.rows],
        },
        "room": None if report.room is None else asdict(report.room),
        "students": [
            {
                "participant": row.participant_id,
                "participants": row.participant_ids,
                "student": row.student_id,
                "name": row.name,
                "simulated": row.is_simulated,
                "attendance": row.tally.attendance,
                "disputed_s": report.disputes.by_student.get(row.participant_id, 0.0),
            }
            | tally_object(row.tally)
            for row in report.students
        ],
        "minute_fields": [
            {"participant_id": "participant", "model_name": "model"}.get(name, name)
            for name in minute_fields(report)
        ],
        "sample_fields": [
            {"participant_id": "participant", "model_name": "model"}.get(name, name)
            for name in sample_rows.fields(report)
        ],
    }


def bucket_object(bucket: Bucket) -> dict[str, Any]:
    return {
        "start_s": bucket.start_s,
        "samples": bucket.samples,
        "usable": bucket.usable,
        "expected": round(bucket.expected, 2),
        "coverage": bucket.coverage,
        "engagement": bucket.engagement,
        "facing": bucket.facing,
        "emotions": bucket.emotions,
    }


def tally_object(tally: Tally | ClassTally) -> dict[str, Any]:
    return {
        "attended_s": tally.attended_s,
        "samples": tally.samples,
        "usable": tally.usable,
        "coverage": tally.coverage,
        "engagement": tally.engagement,
        "facing": tally.facing,
        "emotion_shares": tally.emotion_shares,
        "dominant": tally.dominant[0] if tally.dominant else None,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


EXPORTS: Final = (
    Export("json", 5, "JSON", "everything, for programs", ".json", "application/json", document),
)
