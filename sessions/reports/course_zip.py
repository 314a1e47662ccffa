"""A whole course in one zip, written as it is sent: what is in memory does not grow with it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import BinaryIO, Final, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.text import slugify

from sessions.models import ClassSession, Course
from sessions.reports.attendance import registers
from sessions.reports.attendance_csv import matrix
from sessions.reports.exports.registry import EXPORTS
from sessions.reports.facts import NOTE, PRESENCE_NOTE, SIMULATED, moment
from sessions.reports.session import SessionReport, session_report

KINDS: Final = ("students-csv", "minutes-csv", "markers-csv", "voice-csv", "alerts-csv", "room-csv")
"""Of each session; its samples are Parquet."""


class _Outlet(io.RawIOBase):
    """Takes what is written to it, and hands it on; it is not sought in."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: object) -> int:
        part = bytes(cast("bytes", content))
        self._parts.append(part)
        return len(part)

    def take(self) -> bytes:
        """What has been written since the last time."""
        taken, self._parts = b"".join(self._parts), []
        return taken


async def course_zip(course: Course) -> AsyncIterator[bytes]:
    """A folder a session with its files, the attendance of all, and their minutes as Parquet."""
    # Only here: pyarrow takes more memory than the rest of the pages, and few need it.
    from sessions.reports.parquet import MINUTES, SAMPLES, Table

    held = await sync_to_async(lambda: list(_held(course)))()
    outlet = _Outlet()
    archive = zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
    await sync_to_async(_write_course)(archive, course, held)
    with _stored(archive, "minutes.parquet") as file, Table(file, MINUTES) as table:
        for session in held:
            await _apart(table.write, session)
            yield outlet.take()
    for number, session in enumerate(held, 1):
        folder = f"{number:03}-{slugify(session.title)[:60] or 'session'}"
        report = await sync_to_async(session_report)(session)
        for kind in KINDS:
            if EXPORTS[kind].is_offered(report):
                await _write_csv(archive, f"{folder}/{kind.removesuffix('-csv')}.csv", kind, report)
                yield outlet.take()
        if session.thinned_at is None and report.has_data:
            with _stored(archive, f"{folder}/samples.parquet") as file, Table(file, SAMPLES) as one:
                await _apart(one.write, session)
            yield outlet.take()
    await sync_to_async(archive.close)()
    yield outlet.take()


async def _apart(write: Callable[..., None], *arguments: object) -> None:
    """On a thread of its own: it takes a second, and all pages share the usual one."""

    def written() -> None:
        try:
            write(*arguments)
        finally:
            connection.close()

    await sync_to_async(written, thread_sensitive=False)()


def _held(course: Course) -> Iterator[ClassSession]:
    return ClassSession.objects.filter(course=course).held().select_related("course").iterator()


async def _write_csv(archive: zipfile.ZipFile, name: str, kind: str, report: SessionReport) -> None:
    content = await sync_to_async(EXPORTS[kind].make)(report)
    if isinstance(content, str | bytes):
        archive.writestr(name, content)
        return
    with archive.open(_entry(name, zipfile.ZIP_DEFLATED), "w") as file:
        async for part in content:
            file.write(part)


def _write_course(archive: zipfile.ZipFile, course: Course, held: Sequence[ClassSession]) -> None:
    found = registers(held, list(course.students.all()))
    archive.writestr("README.txt", _readme(course, held))
    archive.writestr("attendance.csv", matrix(found))


def _stored(archive: zipfile.ZipFile, name: str) -> BinaryIO:
    """A file that is compressed by itself, to write into."""
    entry = _entry(name, zipfile.ZIP_STORED)
    return cast("BinaryIO", archive.open(entry, "w", force_zip64=True))


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=timezone.localtime().timetuple()[:6])
    entry.compress_type = compression
    return entry


def _readme(course: Course, held: Sequence[ClassSession]) -> str:
    is_emotion = settings.POLICY == "emotion"
    definitions = ", ".join(sorted({one.definition for one in held})) or "none"
    lines = [
        f"Course: {course.name}",
        f"Generated: {moment(timezone.now())}",
        f"Time zone: {timezone.get_current_timezone()}; times in Parquet are in UTC",
        f"Sessions: {len(held)}",
        *([SIMULATED] if any(one.is_simulated for one in held) else []),
        "",
        NOTE if is_emotion else PRESENCE_NOTE,
        *([f"Engagement is defined by: {definitions}"] if is_emotion else []),
        "Coverage: samples with a face, of those expected while students were connected.",
        "Models and face detectors stand in each row.",
        "",
        "attendance.csv     students by sessions",
        "minutes.parquet    one row a student and minute: counts, and sums to divide by them",
        "NNN-title/         a session: students, minutes, markers, check-ins (voice), alerts,",
        "                   room, and samples.parquet where single samples are still stored",
        "",
    ]
    return "\n".join(lines)
