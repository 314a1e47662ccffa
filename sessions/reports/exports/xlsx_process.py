"""The workbook of a session, made by a process of its own: it takes seconds of pure computing,
in which no socket of this one would be answered."""

from __future__ import annotations

import asyncio
import os
import pickle
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any, Final

from asgiref.sync import sync_to_async
from django.conf import settings

from sessions.models import ClassSession
from sessions.reports.attendance import Register, registers
from sessions.reports.exports import rows as sample_rows
from sessions.reports.exports.export import Export
from sessions.reports.exports.xlsx import workbook
from sessions.reports.session import SessionReport

LESS_URGENT: Final = 10
"""Added to its niceness: who is in a class goes first."""
APART: Final = f"import django; django.setup(); from {__name__} import main; main()"
"""Django comes first: this file imports models."""

AT_ONCE: Final = asyncio.Semaphore(2)
"""Whoever asks for many files waits for the first ones: each takes a core and much memory."""


class ExportFailed(RuntimeError):
    """The process ended without a file; the log has its words."""


async def made_apart(report: SessionReport) -> AsyncIterator[bytes]:
    yield await workbook_of(report)


async def workbook_of(report: SessionReport) -> bytes:
    """The file. What it needs goes through a pipe: nothing is written to a disk.

    Raises ExportFailed.
    """
    async with AT_ONCE:
        rows: list[tuple[Any, ...]] = []
        async for chunk in sample_rows.chunks(report):
            rows += chunk
        register = await sync_to_async(_register)(report)
        asked = await asyncio.to_thread(pickle.dumps, (report, rows, register))
        return await _apart(report, asked)


async def _apart(report: SessionReport, asked: bytes) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", APART), stdin=PIPE, stdout=PIPE, cwd=settings.BASE_DIR
    )
    try:
        made, _ = await process.communicate(asked)
    finally:
        if process.returncode is None:
            # The reader has gone.
            process.kill()
    if process.returncode:
        raise ExportFailed(f"the workbook of session {report.session_id} could not be made")
    return made


def _register(report: SessionReport) -> Register | None:
    """Of the whole session; None before it begins."""
    session = ClassSession.objects.select_related("course").get(pk=report.session_id)
    if session.started_at is None:
        return None
    return registers([session], list(session.course.students.all()))[0]


def main() -> None:
    """In the process apart: from what it is given to the file."""
    os.nice(LESS_URGENT)
    sys.stdout.buffer.write(workbook(*pickle.load(sys.stdin.buffer)))


EXPORTS: Final = (
    Export(
        "xlsx", 2, "Excel", "a sheet for each subject, with charts; takes some seconds",
        ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", made_apart,
        takes_seconds=True,
    ),
)  # fmt: skip
