"""What a teacher fills in."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from sessions import news, services
from sessions.joining.names import NAME_LENGTH, folded, tidy, validate_name
from sessions.models import ClassSession, Course, Student

MAX_ROSTER: Final = 500
FIXED_BY_START: Final = frozenset({"course", "interval_s"})
"""What is stored was sampled at this interval, of this course's students."""


class CourseForm(forms.ModelForm):
    """A course by its name; the instance carries the owner."""

    class Meta:
        model = Course
        fields: ClassVar = ["name"]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Course.objects.filter(owner=self.instance.owner).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError("You have a course of this name already.")
        return name


class SessionForm(forms.ModelForm):
    """A session in one of the teacher's courses, or in a new one that is made with it."""

    new_course = forms.CharField(label="Or a new course", max_length=120, required=False)
    field_order = ("title", "course", "new_course")

    class Meta:
        model = ClassSession
        fields: ClassVar = [
            "title", "course", "planned_minutes", "interval_s", "show_engagement", "show_roster",
        ]  # fmt: skip

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        if settings.POLICY == "presence":
            del self.fields["show_engagement"]
        if self.instance.pk:
            self._lock_what_is_in_use()
        if "course" in self.fields:
            self._offer_courses(Course.objects.owned_by(owner))

    def _lock_what_is_in_use(self) -> None:
        session = self.instance
        started = session.state != ClassSession.State.PLANNED
        if started:
            del self.fields["interval_s"]
        if started or session.participants.exclude(student=None).exists():
            # A participant and its student are of one course.
            del self.fields["course"], self.fields["new_course"]

    def _offer_courses(self, courses: QuerySet[Course]) -> None:
        if not courses.exists():
            del self.fields["course"]
            self.fields["new_course"].label = "Course"
            self.fields["new_course"].required = True
            return
        self.fields["course"] = forms.ModelChoiceField(
            courses, required=False, empty_label="Choose a course"
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "course" not in self.fields or {"course", "new_course"} & self.errors.keys():
            return cleaned
        chosen, new = cleaned.get("course"), cleaned.get("new_course")
        if chosen and new:
            self.add_error("new_course", "Choose a course or name a new one, not both.")
        elif not chosen and not new:
            self.add_error("course", "Choose a course, or name a new one below.")
        return cleaned

    @transaction.atomic
    def save(self, commit: bool = True) -> ClassSession:
        """Store what the form shows and nothing else: the session may be started meanwhile."""
        name = self.cleaned_data.get("new_course")
        if name:
            self.instance.course = services.course_named(self.owner, name)
        if not self.instance.pk:
            made: ClassSession = super().save(commit)
            return made
        changed = {"course" if name == "new_course" else name for name in self.changed_data}
        stored = ClassSession.objects.select_for_update().get(pk=self.instance.pk)
        if stored.state != ClassSession.State.PLANNED:
            changed -= FIXED_BY_START
        if stored.participants.exclude(student=None).exists():
            changed -= {"course"}
        self.instance.save(update_fields=changed)
        news.session_changed(self.instance)
        return ClassSession.objects.get(pk=self.instance.pk)


class RosterForm(forms.Form):
    """The students of a course, one name a line; what is stored is made to match it.

    A name that has taken part in sessions is only removed with confirm_removal, because its
    record across sessions goes with it; the sessions' own records stay.
    """

    names = forms.CharField(
        label="Students, one name a line",
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="Pseudonyms are fine. The name that a student types when joining is found here.",
    )
    confirm_removal = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        self.course = course
        self.stored = list(course.students.all())
        super().__init__(*args, **kwargs)
        self.fields["names"].initial = "\n".join(student.name for student in self.stored)
        self.with_history: list[Student] = []

    def clean_names(self) -> list[str]:
        return parse_roster(self.cleaned_data["names"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "names" not in cleaned:
            return cleaned
        kept = set(cleaned["names"])
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
        stored = {student.name for student in self.stored}
        added = [name for name in self.cleaned_data["names"] if name not in stored]
        self.course.students.filter(pk__in=[student.pk for student in self.removed]).delete()
        Student.objects.bulk_create(
            [Student(course=self.course, name=name) for name in added], ignore_conflicts=True
        )
        return len(added), len(self.removed)


def parse_roster(text: str) -> list[str]:
    """The names, one a line: tidied, without repetitions whatever their capitals.

    Raises ValidationError for too many names, and for one that is too long or that the join
    form would refuse, with its line.
    """
    by_fold: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), 1):
        name = tidy(line)
        if name:
            _check_line(number, name)
            by_fold.setdefault(folded(name), name)
    names = list(by_fold.values())
    if len(names) > MAX_ROSTER:
        raise forms.ValidationError(
            f"{len(names)} names are more than a course takes: keep to {MAX_ROSTER}."
        )
    return names


def _check_line(number: int, name: str) -> None:
    if len(name) > NAME_LENGTH:
        raise forms.ValidationError(
            f"Line {number}, “{name[:30]}…”, is longer than {NAME_LENGTH} characters. Shorten it."
        )
    try:
        validate_name(name)
    except forms.ValidationError as error:
        raise forms.ValidationError(f"Line {number}: {error.messages[0]}") from None
