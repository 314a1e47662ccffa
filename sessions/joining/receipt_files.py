"""A student's own record to take away: minutes and samples as CSV, everything as JSON.

Without emotion, or where the teacher does not show it, there is none in these files either.
JSON, version 1 of its form:

schema        {"name": "engagement-receipt", "version": 1}
generated_at  ISO 8601; kept_until: when the record is deleted, null while the class is not over
note          what the figures are and are not
policy        "emotion" or "presence"; shown: whether estimates are in the file
models, detectors, definitions   names of what made the estimates
labels        the seven emotions in the order of every array of seven below
record        name, session, joined_at, left_at, stays in seconds of the session
summary       counts and means of the whole session
minutes       [{"start_s", "samples", "usable", "expected", "coverage", "engagement", "facing",
              "emotions"}], of `width_s` seconds each
sample_fields names of the columns of samples; samples: one array a sample, empty once deleted
disputes      [{"first_second", "last_second", "reason", "at"}]
answers       [{"question", "value", "second"}] to check-ins; signs: [{"kind", "second"}]
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from inference.labels import EMOTIONS
from sessions.joining.receipt import Receipt, stored_of
from sessions.models import Sample
from sessions.reports.exports.csv import BYTE_ORDER_MARK, CONTENT_TYPE, lines, number, plain
from sessions.reports.exports.json import bucket_object, tally_object
from sessions.reports.exports.rows import ALWAYS, CHUNK, ESTIMATED
from sessions.reports.facts import SHORT_NOTE

SCHEMA: Final = {"name": "engagement-receipt", "version": 1}
OWN_FIELDS: Final = ALWAYS[1:]
"""Without whose it is."""


@dataclass(frozen=True, slots=True)
class File:
    """One download; see sessions.reports.exports.export. kind: in its address."""

    kind: str
    label: str
    ending: str
    content_type: str
    make: Callable[[Receipt], bytes]


def minutes_csv(receipt: Receipt) -> bytes:
    """One row a minute; what is too little to tell is an empty cell."""
    estimated = ("engagement", "facing", *EMOTIONS) if receipt.with_emotion else ()
    head = ("session", "start_s", "samples", "usable", "expected", "coverage", *estimated, "note")
    title = plain(receipt.session.title)
    rows = (
        (
            *(title, one.start_s, one.samples, one.usable),
            *(round(one.expected, 2), number(one.coverage)),
            *(
                (*map(number, (one.engagement, one.facing, *(one.emotions or _NONE))),)
                if receipt.with_emotion
                else ()
            ),
            _short_note(receipt),
        )
        for one in receipt.buckets
    )
    return lines([head, *rows], BYTE_ORDER_MARK)


def samples_csv(receipt: Receipt) -> bytes:
    """One row a sample."""
    title, note = plain(receipt.session.title), _short_note(receipt)
    rows = ((title, at.isoformat(), *rest, note) for at, *rest in _samples(receipt))
    return lines([("session", *_fields(receipt), "note"), *rows], BYTE_ORDER_MARK)


def document(receipt: Receipt) -> bytes:
    """All of it."""
    tally = receipt.tally
    left_at = receipt.participant.left_at
    return json.dumps(
        {
            "schema": SCHEMA,
            "generated_at": _iso(timezone.now()),
            "kept_until": _iso(receipt.kept_until),
            "note": receipt.note,
            "policy": "emotion" if receipt.is_emotion_stored else "presence",
            "shown": receipt.with_emotion,
            "models": receipt.provenance.models,
            "detectors": receipt.provenance.detectors,
            "definitions": receipt.provenance.definitions,
            "labels": EMOTIONS,
            "record": {
                **stored_of(receipt.participant),
                "left_at": _iso(left_at),
                "interval_s": receipt.session.interval_s,
                "stays": receipt.stays,
            },
            "summary": tally_object(tally) | {"attendance": tally.attendance},
            "width_s": receipt.bucket_s,
            "minutes": [bucket_object(one) for one in receipt.buckets],
            "sample_fields": _fields(receipt),
            "samples": [(at.isoformat(), *rest) for at, *rest in _samples(receipt)],
            "disputes": [
                {
                    "first_second": one.first_second,
                    "last_second": one.last_second,
                    "reason": one.reason,
                    "at": _iso(one.at),
                }
                for one in receipt.disputes
            ],
            **_voice(receipt),
        },
        ensure_ascii=False,
        allow_nan=False,
    ).encode()


def _voice(receipt: Receipt) -> dict[str, Any]:
    """What the student said by a button."""
    answers = receipt.participant.answers.select_related("check_in")
    signs = receipt.participant.signals.all()
    return {
        "answers": [
            {"question": one.check_in.question, "value": one.value, "second": one.second}
            for one in answers
        ],
        "signs": [{"kind": one.kind, "second": one.second} for one in signs],
    }


def _fields(receipt: Receipt) -> tuple[str, ...]:
    return OWN_FIELDS + (ESTIMATED if receipt.with_emotion else ())


def _samples(receipt: Receipt) -> Iterator[tuple[Any, ...]]:
    own = Sample.objects.filter(participant=receipt.participant).in_order()
    return own.values_list(*_fields(receipt)).iterator(CHUNK)


def _short_note(receipt: Receipt) -> str:
    return SHORT_NOTE if receipt.with_emotion else "presence only"


_NONE: Final = (None,) * len(EMOTIONS)


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


FILES: Final = {
    one.kind: one
    for one in (
        File("minutes", "CSV: minutes", "-minutes.csv", CONTENT_TYPE, minutes_csv),
        File("samples", "CSV: samples", "-samples.csv", CONTENT_TYPE, samples_csv),
        File("json", "JSON: everything", ".json", "application/json", document),
    )
}
