"""CSV of the lesson itself: stretches between markers, check-ins and signs, alerts, the room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from inference.labels import EMOTIONS
from sessions.models import RoomSample
from sessions.reports.exports.csv import (
    BYTE_ORDER_MARK,
    CONTENT_TYPE,
    lines,
    made_by,
    number,
    plain,
)
from sessions.reports.exports.export import Export
from sessions.reports.facts import SHORT_NOTE, model_names
from sessions.reports.session import SessionReport

ESTIMATED_OF_SEGMENT: Final = (
    "engagement", "facing", "change", "change_low", "change_high", "students_compared",
)  # fmt: skip


def markers(report: SessionReport) -> bytes:
    """The whole file, one row a stretch between markers."""
    head = (
        *("session", "start_s", "end_s", "kind", "label"),
        *(ESTIMATED_OF_SEGMENT if report.with_emotion else ()),
        *("coverage", "model", "detector", "definition", "note", "generated_at"),
    )
    note = SHORT_NOTE if report.with_emotion else "presence only"
    generated = report.generated_at.isoformat(timespec="seconds")
    rows: list[Sequence[object]] = [head]
    for one in report.segments:
        change = one.change
        told = (
            *(number(one.engagement), number(one.facing)),
            *(map(number, (change.mean, change.low, change.high)) if change else ("", "", "")),
            change.students if change else "",
        )
        rows.append(
            (
                *(plain(report.title), one.start_s, one.end_s, one.kind, plain(one.label)),
                *(told if report.with_emotion else ()),
                *(number(one.coverage), plain(model_names(report)), *made_by(report)),
                *(note, generated),
            )
        )
    return lines(rows, BYTE_ORDER_MARK)


def voice(report: SessionReport) -> bytes:
    """The whole file, one row a check-in, then one row a sign; nobody is named."""
    head = (
        *("session", "second", "kind", "question", "answered_1", "answered_2", "answered_3"),
        *("answered_4", "answered_5", "generated_at"),
    )
    title, generated = plain(report.title), report.generated_at.isoformat(timespec="seconds")
    rows: list[Sequence[object]] = [head]
    rows += [
        (
            *(title, one.second, "random check-in" if one.is_random else "check-in"),
            *(plain(one.question), *one.counts, generated),
        )
        for one in report.voice.check_ins
    ]
    rows += [
        (title, second, kind, "", *[""] * 5, generated)
        for kind, seconds in report.voice.signs.items()
        for second in seconds
    ]
    return lines(rows, BYTE_ORDER_MARK)


def alerts(report: SessionReport) -> bytes:
    """The whole file, one row an alert of the live page."""
    head = (
        *("session", "second", "kind", "label", "student", "value", "ended_second"),
        *("acknowledged_second", "generated_at"),
    )
    title, generated = plain(report.title), report.generated_at.isoformat(timespec="seconds")
    rows: list[Sequence[object]] = [head]
    for one in report.alerts:
        ended, seen = (
            "" if value is None else value for value in (one.ended_second, one.acknowledged_second)
        )
        name = plain(one.name or "")
        rows.append(
            (
                title,
                one.second,
                one.kind,
                one.label,
                name,
                number(one.value),
                ended,
                seen,
                generated,
            )
        )
    return lines(rows, BYTE_ORDER_MARK)


def room(report: SessionReport) -> bytes:
    """The whole file, one row a picture of the room's camera: all its faces together."""
    head = (
        *("session", "at", "second", "faces"),
        *(("facing", *EMOTIONS, "model") if report.with_emotion else ()),
        *("detector", "coverage", "note", "generated_at"),
    )
    title = plain(report.title)
    coverage = number(report.room.coverage if report.room else None)
    note = SHORT_NOTE if report.with_emotion else "presence only"
    generated = report.generated_at.isoformat(timespec="seconds")
    estimated = ("facing", *EMOTIONS)
    rows: list[Sequence[object]] = [head]
    samples = RoomSample.objects.of_session(report.session_id)
    if not report.window.is_whole:
        samples = samples.between(report.window.start_s, report.window.last_s + 1)
    for one in samples.in_order().iterator():
        told = (*(number(getattr(one, name)) for name in estimated), one.model_name)
        rows.append(
            (
                *(title, one.at.isoformat(), one.second, one.faces),
                *(told if report.with_emotion else ()),
                *(one.detector, coverage, note, generated),
            )
        )
    return lines(rows, BYTE_ORDER_MARK)


EXPORTS: Final = (
    Export(
        "markers-csv", 7, "CSV: markers", "one row a stretch between markers",
        "-markers.csv", CONTENT_TYPE, markers, is_empty=lambda report: not report.segments,
    ),
    Export(
        "voice-csv", 8, "CSV: check-ins", "one row a check-in or a sign, without names",
        "-check-ins.csv", CONTENT_TYPE, voice, is_empty=lambda report: not report.voice.has_data,
    ),
    Export(
        "alerts-csv", 9, "CSV: alerts", "one row an alert of the live page",
        "-alerts.csv", CONTENT_TYPE, alerts, is_empty=lambda report: not report.alerts,
    ),
    Export(
        "room-csv", 10, "CSV: room", "one row a picture of the room's camera",
        "-room.csv", CONTENT_TYPE, room,
        is_empty=lambda report: report.room is None,
    ),
)  # fmt: skip
