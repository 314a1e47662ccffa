"""The list of a course's students, as a teacher types or pastes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.db import transaction

from sessions.joining.names import NAME_LENGTH, folded, tidy, validate_name
from sessions.models import Course, Student

MAX_ROSTER: Final = 500
IDENTIFIER_LENGTH: Final = 120


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. identifier: as other systems know the student, maybe empty."""

    name: str
    identifier: str

    def __str__(self) -> str:
        return f"{self.name}; {self.identifier}" if self.identifier else self.name


class RosterForm(forms.Form):
    """The students of a course, one a line; what is stored is made to match it.

    A name that has taken part in sessions is only removed with confirm_removal, because its
    record across sessions goes with it; the sessions' own records stay.
    """

    names = forms.CharField(
        label="Students, one a line",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=(
            "Pseudonyms are fine. The name that a student types when joining is found here. After "
            "a semicolon, or in a second column pasted from a table, you may give the e-mail "
            "address, login or number by which other systems know the student: attendance is "
            "exported with it."
        ),
    )
    confirm_removal = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        self.course = course
        self.stored = list(course.students.all())
        super().__init__(*args, **kwargs)
        self.fields["names"].initial = "\n".join(
            str(Entry(student.name, student.identifier)) for student in self.stored
        )
        self.with_history: list[Student] = []

    def clean_names(self) -> list[Entry]:
        return parse_roster(self.cleaned_data["names"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "names" not in cleaned:
            return cleaned
        kept = {entry.name for entry in cleaned["names"]}
        self.removed = [student for student in self.stored if student.name not in kept]
        if cleaned.get("confirm_removal"):
            return cleaned
        self.with_history = list(
            Student.objects.filter(pk__in=[student.pk for student in self.removed]).with_history()
        )
        if self.with_history:
            raise forms.ValidationError("Nothing is changed yet: please confirm below.")
        return cleaned

    @transaction.atomic
    def save(self) -> tuple[int, int]:
        """Store the list; returns how many names were added and removed."""
        stored = {student.name: student for student in self.stored}
        entries: list[Entry] = self.cleaned_data["names"]
        added = [entry for entry in entries if entry.name not in stored]
        self.course.students.filter(pk__in=[student.pk for student in self.removed]).delete()
        Student.objects.bulk_create(
            [
                Student(course=self.course, name=entry.name, identifier=entry.identifier)
                for entry in added
            ],
            ignore_conflicts=True,
        )
        for entry in entries:
            student = stored.get(entry.name)
            if student is not None and student.identifier != entry.identifier:
                student.identifier = entry.identifier
                student.save(update_fields=["identifier"])
        return len(added), len(self.removed)


def parse_roster(text: str) -> list[Entry]:
    """The entries, one a line: tidied, without repetitions of a name whatever its capitals.

    Raises ValidationError for too many, and for a name that is too long or that the join form
    would refuse, with its line.
    """
    by_fold: dict[str, Entry] = {}
    for number, line in enumerate(text.split("\n"), 1):
        name, *rest = (tidy(part) for part in re.split(r"[;\t]", line, maxsplit=1))
        identifier = rest[0] if rest else ""
        if name:
            try:
                entry = check_entry(Entry(name, identifier))
            except forms.ValidationError as error:
                raise forms.ValidationError(f"Line {number}: {error.messages[0]}") from None
            by_fold.setdefault(folded(name), entry)
        elif identifier:
            raise forms.ValidationError(f"Line {number} has no name before the semicolon.")
    entries = list(by_fold.values())
    if len(entries) > MAX_ROSTER:
        raise forms.ValidationError(
            f"{len(entries)} names are more than a course takes: keep to {MAX_ROSTER}."
        )
    return entries


def check_entry(entry: Entry) -> Entry:
    """The entry, where its name and identifier can be stored; else raises ValidationError."""
    for text, longest in ((entry.name, NAME_LENGTH), (entry.identifier, IDENTIFIER_LENGTH)):
        if len(text) > longest:
            raise forms.ValidationError(
                f"“{text[:30]}…” is longer than {longest} characters. Shorten it."
            )
        if text:
            validate_name(text)
    if ";" in entry.name:
        raise forms.ValidationError("A name has no semicolon.")
    return entry
