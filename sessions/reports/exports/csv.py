"""CSV: one row a sample, one row a student, a stretch between markers, a check-in or sign, a
picture of the room.

UTF-8 with a byte order mark, without which Excel takes names for another encoding. Every row
says by itself that it is an estimate, so that a row copied elsewhere still does.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

from inference.labels import EMOTIONS
from sessions.models import RoomSample
from sessions.reports.exports import rows as sample_rows
from sessions.reports.exports.export import Export
from sessions.reports.facts import SHORT_NOTE, TOO_LITTLE, model_names
from sessions.reports.session import SessionReport, StudentRow

BYTE_ORDER_MARK: Final = "\ufeff"
FULL_WIDTH: Final = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
"""= + - @ as East Asian keyboards type them; Excel takes these for a formula's start too."""
SEPARATORS: Final = ",;\t|"
"""What programs may take for the end of a cell, whatever ends one here."""
ESTIMATED_OF_SEGMENT: Final = (
    "engagement", "facing", "change", "change_low", "change_high", "students_compared",
)  # fmt: skip
FORMULA: Final = re.compile(
    rf"(^|[{re.escape(SEPARATORS)}\r\n])([ \f\v\"']*)(?=[=+\-@{''.join(FULL_WIDTH)}])"
)


def plain(text: str) -> str:
    """A text that no spreadsheet runs as a formula, by whatever separator it reads the file.

    A ' goes before whatever looks like the start of a formula: at the start of the text, and
    behind a character that separates cells elsewhere.
    """
    return FORMULA.sub(r"\1'\2", text)


async def samples(report: SessionReport) -> AsyncIterator[bytes]:
    """The file in pieces, one row a sample."""
    estimated = sample_rows.fields(report)[len(sample_rows.ALWAYS) :]
    yield _lines(
        [
            (
                *("session", "student", "participant", "at", "second", "faces"),
                *("model" if name == "model_name" else name for name in estimated),
                *("coverage", "simulated", "note", "generated_at"),
            )
        ],
        BYTE_ORDER_MARK,
    )
    students = {key: row for row in report.students for key in row.participant_ids}
    names = {key: plain(row.name) for key, row in students.items()}
    title = plain(report.title)
    last = {
        key: (_number(row.tally.coverage), *_marks(report, row)) for key, row in students.items()
    }
    async for chunk in sample_rows.chunks(report):
        yield _lines(
            (title, names[key], key, at.isoformat(), *rest, *last[key]) for key, at, *rest in chunk
        )


def students(report: SessionReport) -> bytes:
    """The whole file, one row a student; a mean of too little data is an empty cell."""
    estimated = ("engagement", "facing", "dominant", *(f"{name}_share" for name in EMOTIONS))
    head = (
        *("session", "student", "participant", "attended_s", "attendance"),
        *("samples", "usable", "coverage", "disputed_s"),
        *(estimated if report.with_emotion else ()),
        *("remark", "model", "detector", "definition", "simulated", "note", "generated_at"),
    )
    rows = [_student(report, row) for row in report.students]
    return _lines([head, *rows], BYTE_ORDER_MARK)


def markers(report: SessionReport) -> bytes:
    """The whole file, one row a stretch between markers."""
    head = (
        *("session", "start_s", "end_s", "kind", "label"),
        *(ESTIMATED_OF_SEGMENT if report.with_emotion else ()),
        *("coverage", "note", "generated_at"),
    )
    note = SHORT_NOTE if report.with_emotion else "presence only"
    generated = report.generated_at.isoformat(timespec="seconds")
    rows: list[Sequence[object]] = [head]
    for one in report.segments:
        change = one.change
        told = (
            *(_number(one.engagement), _number(one.facing)),
            *(map(_number, (change.mean, change.low, change.high)) if change else ("", "", "")),
            change.students if change else "",
        )
        rows.append(
            (
                *(plain(report.title), one.start_s, one.end_s, one.kind, plain(one.label)),
                *(told if report.with_emotion else ()),
                *(_number(one.coverage), note, generated),
            )
        )
    return _lines(rows, BYTE_ORDER_MARK)


def voice(report: SessionReport) -> bytes:
    """The whole file, one row a check-in, then one row a sign; nobody is named."""
    head = (
        *("session", "second", "kind", "question", "answered_1", "answered_2", "answered_3"),
        *("answered_4", "answered_5", "generated_at"),
    )
    title, generated = plain(report.title), report.generated_at.isoformat(timespec="seconds")
    rows: list[Sequence[object]] = [head]
    rows += [
        (title, one.second, "check-in", plain(one.question), *one.counts, generated)
        for one in report.voice.check_ins
    ]
    rows += [
        (title, second, kind, "", *[""] * 5, generated)
        for kind, seconds in report.voice.signs.items()
        for second in seconds
    ]
    return _lines(rows, BYTE_ORDER_MARK)


def room(report: SessionReport) -> bytes:
    """The whole file, one row a picture of the room's camera: all its faces together."""
    head = (
        *("session", "at", "second", "faces"),
        *(("facing", *EMOTIONS, "model") if report.with_emotion else ()),
        *("detector", "coverage", "note", "generated_at"),
    )
    title = plain(report.title)
    coverage = _number(report.room.coverage if report.room else None)
    note = SHORT_NOTE if report.with_emotion else "presence only"
    generated = report.generated_at.isoformat(timespec="seconds")
    estimated = ("facing", *EMOTIONS)
    rows: list[Sequence[object]] = [head]
    samples = RoomSample.objects.of_session(report.session_id)
    if not report.window.is_whole:
        samples = samples.between(report.window.start_s, report.window.last_s + 1)
    for one in samples.in_order().iterator():
        told = (*(_number(getattr(one, name)) for name in estimated), one.model_name)
        rows.append(
            (
                *(title, one.at.isoformat(), one.second, one.faces),
                *(told if report.with_emotion else ()),
                *(one.detector, coverage, note, generated),
            )
        )
    return _lines(rows, BYTE_ORDER_MARK)


def _student(report: SessionReport, row: StudentRow) -> tuple[object, ...]:
    tally = row.tally
    shares = tally.emotion_shares or (None,) * len(EMOTIONS)
    estimated = (
        _number(tally.engagement),
        _number(tally.facing),
        tally.dominant[0] if tally.dominant else "",
        *map(_number, shares),
    )
    too_little = report.with_emotion and tally.engagement is None
    return (
        *(plain(report.title), plain(row.name), row.participant_id),
        *(round(tally.attended_s, 1), _number(tally.attendance)),
        *(tally.samples, tally.usable, _number(tally.coverage)),
        round(report.disputes.by_student.get(row.participant_id, 0.0), 1),
        *(estimated if report.with_emotion else ()),
        *(
            TOO_LITTLE if too_little else "",
            plain(model_names(report)),
            *_made_by(report),
            *_marks(report, row),
        ),
    )


def _made_by(report: SessionReport) -> tuple[str, str]:
    made_by = report.provenance
    return ", ".join(made_by.detectors), ", ".join(made_by.definitions)


def _marks(report: SessionReport, row: StudentRow) -> tuple[str, str, str]:
    return (
        "yes" if row.is_simulated or report.is_simulated else "no",
        SHORT_NOTE if report.with_emotion else "presence only",
        report.generated_at.isoformat(timespec="seconds"),
    )


def _number(value: float | None) -> float | str:
    return "" if value is None else round(value, 4)


def _lines(rows: Iterable[Sequence[object]], start: str = "") -> bytes:
    file = io.StringIO()
    file.write(start)
    csv.writer(file).writerows(rows)
    return file.getvalue().encode()


CONTENT_TYPE: Final = "text/csv; charset=utf-8"
EXPORTS: Final = (
    Export(
        "students-csv", 3, "CSV: students", "one row a student",
        "-students.csv", CONTENT_TYPE, students,
    ),
    Export(
        "csv", 4, "CSV: samples", "one row a sample", "-samples.csv", CONTENT_TYPE, samples
    ),
    Export(
        "markers-csv", 7, "CSV: markers", "one row a stretch between markers",
        "-markers.csv", CONTENT_TYPE, markers, is_empty=lambda report: not report.segments,
    ),
    Export(
        "voice-csv", 8, "CSV: check-ins", "one row a check-in or a sign, without names",
        "-check-ins.csv", CONTENT_TYPE, voice, is_empty=lambda report: not report.voice.has_data,
    ),
    Export(
        "room-csv", 6, "CSV: room", "one row a picture of the room's camera",
        "-room.csv", CONTENT_TYPE, room,
        is_empty=lambda report: report.room is None,
    ),
)  # fmt: skip
