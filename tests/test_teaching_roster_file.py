"""Lists of students out of files that other systems export."""

import io
import zipfile

import openpyxl
import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from sessions.models import Course
from sessions.teaching.roster import Entry, parse_roster
from sessions.teaching.roster_file import MAX_ROWS, Row, merged, read_rows, read_table
from tests.factories import make_course, make_student, make_teacher

MOODLE = "First name,Last name,ID number,Email address\nAda,Lovelace,17,ada@example.org\n"
CANVAS = "Student;SIS Login ID;Section\nLovelace, Ada;ada;9b\nTuring, Alan;alan;9b\n"


def workbook(*rows: tuple[str | float | None, ...]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def entries(data: bytes, *known: str) -> list[Entry | None]:
    return [row.entry for row in read_rows(read_table(data), known)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MOODLE, [Entry("Ada Lovelace", "17")]),
        (CANVAS, [Entry("Lovelace, Ada", "ada"), Entry("Turing, Alan", "alan")]),
        ("Name\tE-mail\nChloé\tc@example.org\n", [Entry("Chloé", "c@example.org")]),
        ("Ada\nAlan\n", [Entry("Ada", ""), Entry("Alan", "")]),
        ("Ada,a@example.org\nAlan,\n", [Entry("Ada", "a@example.org"), Entry("Alan", "")]),
        ("\n\nFull name\n\nAda\n", [Entry("Ada", "")]),
    ],
)
def test_columns_are_found_by_their_heads_or_by_their_place(
    text: str, expected: list[Entry]
) -> None:
    for encoding in ("utf-8", "utf-8-sig", "cp1252"):
        assert entries(text.encode(encoding)) == expected


def test_a_workbook_s_first_sheet_is_read_with_numbers_as_they_are_shown() -> None:
    data = workbook(("Name", "ID"), ("Ada", 17.0), ("Alan", None), (None, None), ("Kurt", 1.5))
    assert entries(data) == [Entry("Ada", "17"), Entry("Alan", ""), Entry("Kurt", "1.5")]


def test_each_row_that_cannot_be_taken_says_why_by_its_number() -> None:
    rows = ["Name,ID", "Ada,1", ",2", f"{'x' * 81},3", "ada,4", "Bell\x07,5", '"A; B",6', "Alan,7"]
    found = read_rows(read_table("\n".join(rows).encode()), ["Alan"])
    assert {row.number: row.problem for row in found if row.problem} == {
        3: "There is no name in this row.",
        4: f"“{'x' * 30}…” is longer than 80 characters. Shorten it.",
        5: "The same name stands in row 2. Tell them apart.",
        6: "Use letters, digits and ordinary signs only.",
        7: "A name has no semicolon.",
    }
    assert [row for row in found if row.entry] == [
        Row(2, Entry("Ada", "1")),
        Row(8, Entry("Alan", "7"), is_known=True),
    ]


def test_the_list_keeps_its_names_and_takes_the_files_identifiers() -> None:
    stored = [Entry("Ada", ""), Entry("Kurt", "k")]
    rows = [Row(1, Entry("ada", "17")), Row(2, Entry("Alan", "")), Row(3, None, "no name")]
    text = merged(stored, rows)
    assert parse_roster(text) == [Entry("Ada", "17"), Entry("Kurt", "k"), Entry("Alan", "")]


def packed(size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * size)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither CSV nor XLSX"),
        (b"PK\x03\x04 broken", "cannot be read"),
        (packed(10), "cannot be read"),
        (packed(50_000_000), "too large"),
        (workbook(("Name",), ("Ada",))[:-200], "cannot be read"),
        (b"Ada\n" * (MAX_ROWS + 1), f"more than {MAX_ROWS} rows"),
    ],
)
def test_what_is_no_list_is_explained(data: bytes, message: str) -> None:
    with pytest.raises(forms.ValidationError, match=message):
        read_table(data)


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_whatever_the_bytes_there_is_a_list_or_a_reason(data: bytes) -> None:
    try:
        table = read_table(data)
    except forms.ValidationError:
        return
    rows = read_rows(table, [])
    assert all((row.entry is None) == bool(row.problem) for row in rows)
    parse_roster(merged([], rows))


@pytest.fixture
def course() -> Course:
    return make_course(make_teacher(), "Biology")


def send(client: Client, course: Course, name: str, data: bytes):  # type: ignore[no-untyped-def]
    file = SimpleUploadedFile(name, data)
    return client.post(f"/courses/{course.pk}/roster-file/", {"file": file})


@pytest.mark.django_db
def test_a_file_is_shown_before_anything_is_stored(course: Course) -> None:
    make_student(course, "Kurt")
    client = Client()
    client.force_login(course.owner)
    data = workbook(("Name", "E-mail"), ("Ada", "ada@example.org"), ("Kurt", ""), ("", "x"))
    page = send(client, course, "class.xlsx", data)
    assert (page.context["new"], page.context["known"], page.context["faulty"]) == (1, 1, 1)
    text = page.content.decode()
    assert "There is no name in this row." in text
    assert [one.name for one in course.students.all()] == ["Kurt"]
    client.post(f"/courses/{course.pk}/", {"names": page.context["names"]})
    assert [(one.name, one.identifier) for one in course.students.all()] == [
        ("Ada", "ada@example.org"),
        ("Kurt", ""),
    ]


@pytest.mark.django_db
def test_a_file_that_cannot_be_read_says_so_on_the_page(course: Course) -> None:
    client = Client()
    client.force_login(course.owner)
    for data, message in ((b"PK broken", "cannot be read"), (b"", "The submitted file is empty")):
        page = send(client, course, "class.xlsx", data)
        assert page.status_code == 400
        assert message in page.content.decode()
    assert client.post(f"/courses/{course.pk}/roster-file/").status_code == 400


@pytest.mark.django_db
def test_strangers_have_no_list_to_fill(course: Course) -> None:
    stranger = Client()
    assert send(stranger, course, "a.csv", b"Ada").status_code == 302
    stranger.force_login(make_teacher())
    assert send(stranger, course, "a.csv", b"Ada").status_code == 404
    assert not course.students.exists()
