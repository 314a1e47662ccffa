"""The samples and minutes of a session as exports write them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import Any, Final, TypeVar

from asgiref.sync import sync_to_async
from django.db.models import QuerySet

from inference.labels import EMOTIONS
from sessions.models import Minute, Sample
from sessions.reports.session import SessionReport

CHUNK: Final = 1000
T = TypeVar("T")
ALWAYS: Final = ("participant_id", "at", "second", "faces")
ESTIMATED: Final = (
    *EMOTIONS, "emotion", "expression", "facing", "direction", "engagement", "definition",
    "model_name", "detector",
)  # fmt: skip
"""definition, detector: empty in samples of before they were stored; that was index-1."""


def fields(report: SessionReport) -> tuple[str, ...]:
    """The fields of a row; without emotion, none that a model estimated."""
    return ALWAYS + (ESTIMATED if report.with_emotion else ())


def rows(report: SessionReport) -> Iterator[tuple[Any, ...]]:
    """Every sample in order of time, one at a time from the database."""
    return _query(report).iterator(CHUNK)


async def chunks(report: SessionReport) -> AsyncIterator[list[tuple[Any, ...]]]:
    """Every sample in order of time, in lists, so that a server can send while it reads."""
    # Not aiterator(): with values_list() it runs its query in the event loop.
    async for chunk in _in_lists(rows(report)):
        yield chunk


async def minute_chunks(report: SessionReport) -> AsyncIterator[list[Minute]]:
    """The same of minutes, by student."""
    own = Minute.objects.filter(
        session=report.session_id,
        participant__in=[key for row in report.students for key in row.participant_ids],
    )
    if not report.window.is_whole:
        own = own.between(report.window.start_s, report.window.last_s + 1)
    async for chunk in _in_lists(own.order_by("participant", "second", "pk").iterator(CHUNK)):
        yield chunk


async def _in_lists(every: Iterator[T]) -> AsyncIterator[list[T]]:
    while chunk := await sync_to_async(_take)(every):
        yield chunk


def _take(every: Iterator[T]) -> list[T]:
    return list(islice(every, CHUNK))


def _query(report: SessionReport) -> QuerySet[Sample, tuple[Any, ...]]:
    own = Sample.objects.filter(
        session=report.session_id,
        participant__in=[key for row in report.students for key in row.participant_ids],
    )
    if not report.window.is_whole:
        own = own.between(report.window.start_s, report.window.last_s + 1)
    return own.in_order().values_list(*fields(report))
