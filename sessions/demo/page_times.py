"""How long each page and export of a course takes, asked as a browser asks, by its teacher."""

from __future__ import annotations

import statistics
import time
import tracemalloc
from collections.abc import AsyncIterable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from asgiref.sync import async_to_sync, sync_to_async
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import connection
from django.test import AsyncClient
from django.test.utils import override_settings
from django.urls import reverse

from sessions.models import ClassSession, Course, Student
from sessions.reports.attendance_csv import LAYOUTS
from sessions.reports.exports.registry import EXPORTS

READS: Final = 5
PATIENCE_MS: Final = 10_000
"""What took so long together is not read again."""
MEGABYTE: Final = 1024 * 1024
ADMIN: Final = {
    f"admin {name}": name for name in ("classsession", "participant", "sample", "minute")
}
NAMED: Final = override_settings(ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False)
"""The name that Django's client calls a site by."""
STRETCH: Final = "?from=605&to=1207"


class PageError(Exception):
    """A page that answers with something else than itself."""


@dataclass(frozen=True, slots=True)
class PageTime:
    """ms: the median of cold reads, which have neither a connection nor anything in the cache.
    queries: of one read. peak_mb: the most that Python had allocated for it at a time."""

    page: str
    ms: float
    queries: int
    peak_mb: float


def largest_course() -> Course | None:
    """The one with the most sessions that were held."""
    held = ClassSession.objects.held().values_list("course", flat=True)
    counts: dict[int, int] = {}
    for pk in held:
        counts[pk] = counts.get(pk, 0) + 1
    return (
        Course.objects.filter(pk=max(counts, key=lambda pk: counts[pk])).first() if counts else None
    )


def measure(course: Course, told: Callable[[str], None]) -> list[PageTime]:
    """Measure all pages; told is called with each page's name before. Raises PageError."""
    with NAMED, signed_in(course.owner) as client, _administrator() as administrator:
        found = []
        for page, address in addresses(course):
            told(page)
            found.append(_page(administrator if page in ADMIN else client, page, address))
        return found


@contextmanager
def signed_in(user: User) -> Iterator[AsyncClient]:
    """A client of this user's."""
    client = AsyncClient()
    client.force_login(user)
    try:
        yield client
    finally:
        client.logout()


@contextmanager
def _administrator() -> Iterator[AsyncClient]:
    """Signed in as one who is made for this, and can sign in by no password."""
    user = User.objects.create_superuser(f"page-times-{uuid4()}")
    try:
        with signed_in(user) as client:
            yield client
    finally:
        user.delete()


def addresses(course: Course) -> Iterator[tuple[str, str]]:
    """The name and address of each page of a course whose last session was held."""
    session = ClassSession.objects.filter(course=course).held().last()
    student = Student.objects.filter(course=course).with_history().first()
    yield "sessions list", reverse("dashboard")
    yield "courses list", reverse("courses")
    yield "course overview", reverse("course", args=[course.pk])
    yield "course trends", reverse("course_trends", args=[course.pk])
    yield "course comparison", reverse("course_compare", args=[course.pk])
    yield "course export zip", reverse("course_export", args=[course.pk])
    yield "course attendance", reverse("course_attendance", args=[course.pk])
    yield "course attendance CSV", reverse("course_attendance_csv", args=[course.pk])
    if student is not None:
        yield "student", student.get_absolute_url()
    if session is None:
        return
    report = reverse("session_report", args=[session.pk])
    yield "session lobby", session.get_absolute_url()
    yield "session report", report
    yield "session report, a stretch", report + STRETCH
    for kind in EXPORTS:
        yield f"session export {kind}", reverse("session_export", args=[session.pk, kind])
    for layout in LAYOUTS:
        yield (
            f"session attendance {layout}",
            reverse("session_attendance", args=[session.pk, layout]),
        )
    for page, model in ADMIN.items():
        yield page, reverse(f"admin:class_sessions_{model}_changelist")


def _page(client: AsyncClient, page: str, address: str) -> PageTime:
    times: list[float] = []
    while len(times) < READS and sum(times) < PATIENCE_MS:
        times.append(read_once(client, page, address)[0])
    tracemalloc.start()
    try:
        queries = read_once(client, page, address)[1]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return PageTime(page, round(statistics.median(times), 1), queries, round(peak / MEGABYTE, 1))


def read_once(client: AsyncClient, page: str, address: str) -> tuple[float, int]:
    """Milliseconds and queries of one cold read, to its last byte."""
    cache.clear()
    connection.close()
    queries = 0

    def count(execute: Any, *args: Any) -> Any:
        nonlocal queries
        queries += 1
        return execute(*args)

    connection.ensure_connection()
    with connection.execute_wrapper(count):
        began = time.perf_counter()
        status = async_to_sync(_get)(client, address)
        took_ms = (time.perf_counter() - began) * 1000
    if status != 200:
        raise PageError(f"The page “{page}” at {address} answers {status}.")
    return took_ms, queries


async def _get(client: AsyncClient, address: str) -> int:
    response = await client.get(address)
    content = getattr(response, "streaming_content", ())
    if isinstance(content, AsyncIterable):
        async for _ in content:
            pass
    else:
        await sync_to_async(lambda: [None for _ in content])()
    return response.status_code
