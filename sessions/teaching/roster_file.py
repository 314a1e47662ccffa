"""A list of students out of a file of another system: CSV, or the first sheet of XLSX."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, Final

import openpyxl
from django import forms
from openpyxl.utils.exceptions import InvalidFileException

from sessions.joining.names import folded, tidy
from sessions.teaching.roster import MAX_ROSTER, Entry, check_entry

MAX_BYTES: Final = 2_000_000
MAX_ROWS: Final = 4 * MAX_ROSTER
MAX_COLUMNS: Final = 50
MAX_UNPACKED: Final = 40_000_000
"""Bytes of all that is packed into an XLSX file: a small one may claim gigabytes."""
ENCODINGS: Final = ("utf-8-sig", "cp1252")

NAMES: Final = frozenset({"name", "full name", "student", "student name", "display name"})
FIRST_NAMES: Final = frozenset({"first name", "firstname", "given name", "vorname", "prénom"})
LAST_NAMES: Final = frozenset(
    {"last name", "lastname", "surname", "family name", "nachname", "nom", "apellidos"}
)
IDENTIFIERS: Final = frozenset(
    {"email", "e-mail", "email address", "e-mail address", "identifier", "id", "student id",
     "id number", "sis user id", "sis login id", "login", "login id", "username", "user name"}
)  # fmt: skip
"""Heads of columns as Moodle, Canvas, Google Classroom and people write them, folded."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file. number: counted from 1, as a spreadsheet shows it.

    entry: what it gives; None where problem says why it gives nothing. is_known: the name stands
    on the list already.
    """

    number: int
    entry: Entry | None
    problem: str = ""
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """Which cells of a row are what. first: the first row with a student, from 0."""

    names: tuple[int, ...]
    identifier: int | None
    first: int


class FileForm(forms.Form):
    """A file to read; nothing is stored of it."""

    file = forms.FileField(
        label="CSV or XLSX",
        help_text="With a head such as Name or First name, Last name, and E-mail or ID; or names "
        "in the first column. You see what was read before anything is stored.",
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
    )

    def clean_file(self) -> list[list[str]]:
        """The file's cells. Raises ValidationError for one that is too large or cannot be read."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(
                f"The file is larger than {MAX_BYTES // 1_000_000} MB. Save the list alone."
            )
        return read_table(file.read())


def read_table(data: bytes) -> list[list[str]]:
    """All cells as tidied text, row by row. Raises ValidationError for what is no table."""
    rows = list(islice(_xlsx(data) if data[:2] == b"PK" else _csv(data), MAX_ROWS + 1))
    if len(rows) > MAX_ROWS:
        raise forms.ValidationError(f"The file has more than {MAX_ROWS} rows. Save the list alone.")
    if not any(cell for row in rows for cell in row):
        raise forms.ValidationError("The file is empty.")
    return rows


def read_rows(table: list[list[str]], known: Iterable[str]) -> list[Row]:
    """What each row gives, empty ones left out. known: names that stand on the list."""
    columns = find_columns(table)
    seen = {folded(name): "" for name in known}
    rows = []
    for number, cells in enumerate(table[columns.first :], columns.first + 1):
        if any(cells):
            rows.append(_row(number, cells, columns, seen))
    return rows


def merged(stored: Iterable[Entry], rows: Iterable[Row]) -> str:
    """The list with the file's names, as RosterForm takes it; the file's identifiers hold."""
    entries = {folded(entry.name): entry for entry in stored}
    for row in rows:
        if row.entry is None:
            continue
        key = folded(row.entry.name)
        old = entries.get(key)
        if old is None:
            entries[key] = row.entry
        elif row.entry.identifier:
            entries[key] = Entry(old.name, row.entry.identifier)
    return "\n".join(map(str, entries.values()))


def find_columns(table: list[list[str]]) -> Columns:
    """By the head where there is one; otherwise names come first, then identifiers."""
    for number, cells in enumerate(table):
        if not any(cells):
            continue
        heads = [cell.casefold().strip("* ") for cell in cells]
        parts = [_first_of(heads, known) for known in (FIRST_NAMES, LAST_NAMES)]
        whole, identifier = _first_of(heads, NAMES), _first_of(heads, IDENTIFIERS)
        names = [whole] if whole is not None else parts
        found = tuple(index for index in names if index is not None)
        if found:
            return Columns(found, identifier, number + 1)
        return Columns((0,), 1, number)
    return Columns((0,), 1, 0)


def _row(number: int, cells: list[str], columns: Columns, seen: dict[str, str]) -> Row:
    name = " ".join(cell for index in columns.names if (cell := _cell(cells, index)))
    if not name:
        return Row(number, None, "There is no name in this row.")
    identifier = "" if columns.identifier is None else _cell(cells, columns.identifier)
    try:
        entry = check_entry(Entry(name, identifier))
    except forms.ValidationError as error:
        return Row(number, None, error.messages[0])
    key = folded(name)
    if seen.get(key):
        return Row(number, None, f"The same name stands in row {seen[key]}. Tell them apart.")
    is_known = key in seen
    seen[key] = str(number)
    return Row(number, entry, is_known=is_known)


def _cell(cells: list[str], index: int) -> str:
    return cells[index] if index < len(cells) else ""


def _first_of(heads: list[str], known: frozenset[str]) -> int | None:
    return next((index for index, head in enumerate(heads) if head in known), None)


def _csv(data: bytes) -> Iterator[list[str]]:
    text = _text(data)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        # One column, or too few rows to tell.
        dialect = csv.excel
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), dialect):
            yield [tidy(cell) for cell in cells[:MAX_COLUMNS]]
    except csv.Error:
        raise forms.ValidationError("The file is no table. Save it as CSV or XLSX.") from None


def _text(data: bytes) -> str:
    if b"\0" in data:
        raise forms.ValidationError("The file is neither CSV nor XLSX. Save it as one of these.")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise forms.ValidationError("The file's letters cannot be read. Save it as CSV in UTF-8.")


def _xlsx(data: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            unpacked = sum(info.file_size for info in packed.infolist())
        if unpacked > MAX_UNPACKED:
            raise forms.ValidationError("The workbook is too large. Save the list alone as CSV.")
        yield from _first_sheet(io.BytesIO(data))
    except forms.ValidationError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError):
        # A damaged XML inside is a SyntaxError of ElementTree.
        raise forms.ValidationError(
            "The workbook cannot be read. Open it, save it as XLSX or CSV again, and retry."
        ) from None


def _first_sheet(file: IO[bytes]) -> Iterator[list[str]]:
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    try:
        sheet = book.worksheets[0]
        for cells in sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True):
            yield [_shown(cell) for cell in cells]
    finally:
        book.close()


def _shown(cell: Any) -> str:
    """As a spreadsheet shows it: a number of a student without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return tidy(str(cell))
