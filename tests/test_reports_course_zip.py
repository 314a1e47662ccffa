"""A course as one zip, read back as programs read it."""

import csv
import io
import tracemalloc
import zipfile
from typing import Any

import pyarrow.parquet as pq
import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from inference.labels import EMOTIONS
from sessions.live.thinning import thin_expired
from sessions.models import Course, Minute, Sample
from sessions.reports.course_zip import course_zip
from tests.factories import make_course, make_participant, make_sample, make_session, make_teacher
from tests.known_session import FORMULA_NAME, collected
from tests.semester import make_semester

pytestmark = pytest.mark.django_db(transaction=True)


def downloaded(course: Course) -> zipfile.ZipFile:
    client = Client()
    client.force_login(course.owner)
    answer: Any = client.get(reverse("course_export", args=[course.pk]))
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"].endswith('.zip"')
    return zipfile.ZipFile(io.BytesIO(collected(answer.streaming_content)))


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = pq.read_table(io.BytesIO(archive.read(name))).to_pylist()
    return rows


def test_it_holds_each_session_the_register_and_all_minutes() -> None:
    course = make_semester(2)[0].course
    archive = downloaded(course)
    assert archive.testzip() is None
    assert archive.namelist() == [
        "README.txt",
        "attendance.csv",
        "minutes.parquet",
        *(
            f"00{number}-lesson-{number}/{name}"
            for number in (1, 2)
            for name in ("students.csv", "minutes.csv", "markers.csv", "samples.parquet")
        ),
    ]
    minutes = table(archive, "minutes.parquet")
    assert len(minutes) == Minute.objects.count()
    assert sum(int(str(row["samples"])) for row in minutes) == Sample.objects.count()
    total = sum(float(str(row["engagement_sum"])) for row in minutes)
    assert total == pytest.approx(sum(one.engagement or 0 for one in Sample.objects.all()))
    samples = table(archive, "001-lesson-1/samples.parquet")
    assert len(samples) == Sample.objects.filter(session__title="Lesson 1").count()
    stored = Sample.objects.filter(session__title="Lesson 1").in_order()[0]
    assert (samples[0]["at"], samples[0]["second"]) == (stored.at, stored.second)
    text = archive.read("001-lesson-1/minutes.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert sum(int(row["samples"]) for row in rows) == len(samples)


def test_it_says_what_every_export_must_say() -> None:
    course = make_semester(1)[0].course
    archive = downloaded(course)
    said = archive.read("README.txt").decode()
    for part in ("never a grade", "Time zone: UTC", "index-2", "Coverage:"):
        assert part in said
    schema = pq.read_schema(io.BytesIO(archive.read("minutes.parquet")))
    assert schema.metadata[b"time_zone"] == b"UTC"
    assert b"never a grade" in schema.metadata[b"note"]
    names = {"model", "detector", "definition"}
    assert names <= set(schema.names)


def test_when_samples_are_gone_their_minutes_are_still_there(settings: Settings) -> None:
    course = make_semester(1)[0].course
    before = table(downloaded(course), "minutes.parquet")
    settings.RAW_RETENTION_DAYS = 1
    assert thin_expired() == 1
    archive = downloaded(course)
    assert not any(name.endswith("samples.parquet") for name in archive.namelist())
    after = table(archive, "minutes.parquet")
    assert sum(int(str(row["samples"])) for row in after) == sum(
        int(str(row["samples"])) for row in before
    )


def test_names_are_no_formulas_in_its_csv() -> None:
    session = make_session(state="ended", interval_s=10)
    make_sample(make_participant(session, display_name=FORMULA_NAME))
    archive = downloaded(session.course)
    folder = archive.namelist()[3].partition("/")[0]
    assert "\n=HYPERLINK" not in archive.read(f"{folder}/students.csv").decode()
    assert ",'=HYPERLINK" in archive.read(f"{folder}/minutes.csv").decode().replace('"', "")


def test_under_the_presence_policy_no_column_of_emotion_is_left(settings: Settings) -> None:
    settings.POLICY = "presence"
    archive = downloaded(make_semester(1)[0].course)
    for name in ("minutes.parquet", "001-lesson-1/samples.parquet"):
        names = pq.read_schema(io.BytesIO(archive.read(name))).names
        assert not any(word in " ".join(names) for word in (*EMOTIONS, "engagement", "model"))
    head = archive.read("001-lesson-1/minutes.csv").decode().splitlines()[0]
    assert "engagement" not in head
    assert "counts presence only" in archive.read("README.txt").decode()


def test_an_empty_course_is_a_zip_that_says_so() -> None:
    archive = downloaded(make_course())
    assert archive.namelist() == ["README.txt", "attendance.csv", "minutes.parquet"]
    assert "Sessions: 0" in archive.read("README.txt").decode()
    assert table(archive, "minutes.parquet") == []


def test_it_is_nobody_elses() -> None:
    course = make_semester(1)[0].course
    address = reverse("course_export", args=[course.pk])
    colleague = Client()
    colleague.force_login(make_teacher())
    assert colleague.get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_memory_does_not_grow_with_the_course() -> None:
    def peak(course: Course) -> float:
        async def drained() -> None:
            async for _ in course_zip(course):
                pass

        tracemalloc.start()
        try:
            async_to_sync(drained)()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    small, large = make_semester(2)[0].course, make_semester(6)[0].course
    peak(small)  # what is imported on the way stays
    assert peak(large) < 1.3 * peak(small)
