"""CSV of samples, minutes and students.

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
from sessions.models import Minute
from sessions.reports.exports import rows as sample_rows
from sessions.reports.exports.export import Export
from sessions.reports.facts import SHORT_NOTE, TOO_LITTLE, model_names
from sessions.reports.session import SessionReport, StudentRow

BYTE_ORDER_MARK: Final = "\ufeff"
FULL_WIDTH: Final = ("\uff1d", "\uff0b", "\uff0d", "\uff20")
"""= + - @ as East Asian keyboards type them; Excel takes these for a formula's start too."""
SEPARATORS: Final = ",;\t|"
"""What programs may take for the end of a cell, whatever ends one here."""
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
    yield lines(
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
    last = {key: (number(row.tally.coverage), *marks(report, row)) for key, row in students.items()}
    async for chunk in sample_rows.chunks(report):
        yield lines(
            (title, names[key], key, at.isoformat(), *rest, *last[key]) for key, at, *rest in chunk
        )


async def minutes(report: SessionReport) -> AsyncIterator[bytes]:
    """The file in pieces, one row a student, minute, and model; sums by emotion become means."""
    estimated = (
        *("engagement", "facing", *EMOTIONS, *(f"{name}_samples" for name in EMOTIONS)),
        *("model", "definition"),
    )
    yield lines(
        [
            (
                *("session", "student", "participant", "second", "samples", "usable"),
                *(estimated if report.with_emotion else ()),
                *("detector", "coverage", "simulated", "note", "generated_at"),
            )
        ],
        BYTE_ORDER_MARK,
    )
    students = {key: row for row in report.students for key in row.participant_ids}
    title = plain(report.title)
    async for chunk in sample_rows.minute_chunks(report):
        yield lines(
            (
                *(title, plain(students[one.participant_id].name), one.participant_id),
                *(one.second, one.samples, one.usable),
                *(_estimated(one) if report.with_emotion else ()),
                one.detector,
                number(students[one.participant_id].tally.coverage),
                *marks(report, students[one.participant_id]),
            )
            for one in chunk
        )


def _estimated(one: Minute) -> tuple[object, ...]:
    return (
        number(one.engagement_sum / one.measured if one.measured else None),
        number(one.facing_sum / one.faced if one.faced else None),
        *(
            number(getattr(one, f"{name}_sum") / one.estimated if one.estimated else None)
            for name in EMOTIONS
        ),
        *(getattr(one, f"{name}_count") for name in EMOTIONS),
        one.model_name,
        one.definition,
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
    return lines([head, *rows], BYTE_ORDER_MARK)


def _student(report: SessionReport, row: StudentRow) -> tuple[object, ...]:
    tally = row.tally
    shares = tally.emotion_shares or (None,) * len(EMOTIONS)
    estimated = (
        number(tally.engagement),
        number(tally.facing),
        tally.dominant[0] if tally.dominant else "",
        *map(number, shares),
    )
    too_little = report.with_emotion and tally.engagement is None
    return (
        *(plain(report.title), plain(row.name), row.participant_id),
        *(round(tally.attended_s, 1), number(tally.attendance)),
        *(tally.samples, tally.usable, number(tally.coverage)),
        round(report.disputes.by_student.get(row.participant_id, 0.0), 1),
        *(estimated if report.with_emotion else ()),
        *(
            TOO_LITTLE if too_little else "",
            plain(model_names(report)),
            *made_by(report),
            *marks(report, row),
        ),
    )


def made_by(report: SessionReport) -> tuple[str, str]:
    made_by = report.provenance
    return ", ".join(made_by.detectors), ", ".join(made_by.definitions)


def marks(report: SessionReport, row: StudentRow) -> tuple[str, str, str]:
    return (
        "yes" if row.is_simulated or report.is_simulated else "no",
        SHORT_NOTE if report.with_emotion else "presence only",
        report.generated_at.isoformat(timespec="seconds"),
    )


def number(value: float | None) -> float | str:
    return "" if value is None else round(value, 4)


def lines(rows: Iterable[Sequence[object]], start: str = "") -> bytes:
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
        "csv", 5, "CSV: samples", "one row a sample", "-samples.csv", CONTENT_TYPE, samples,
        needs_samples=True,
    ),
    Export(
        "minutes-csv", 4, "CSV: minutes", "one row a student and minute, which stays longest",
        "-minutes.csv", CONTENT_TYPE, minutes, is_empty=lambda report: not report.has_data,
    ),
)  # fmt: skip
