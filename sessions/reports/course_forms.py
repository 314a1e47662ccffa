"""What a teacher compares: two sessions of a course, or two groups of its students in one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.formats import date_format

from sessions.models import ClassSession, Student


def session_choice(label: str, held: Sequence[ClassSession]) -> forms.TypedChoiceField:
    """One of these; its value is the session."""
    by_key = {str(one.pk): one for one in held}
    choices = [(key, _named(one)) for key, one in reversed(by_key.items())]
    return forms.TypedChoiceField(label=label, choices=choices, coerce=by_key.__getitem__)


def _named(session: ClassSession) -> str:
    at = session.started_at
    day = date_format(timezone.localtime(at), "j M Y, H:i") if at else "not held"
    return f"{session.title} ({day})"


class SessionsForm(forms.Form):
    """left, right: two different sessions of those held."""

    def __init__(self, *args: Any, held: Sequence[ClassSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left"] = session_choice("Session", held)
        self.fields["right"] = session_choice("with", held)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "left" in cleaned and cleaned["left"] == cleaned.get("right"):
            raise forms.ValidationError("Choose two different sessions.")
        return cleaned


class GroupsForm(forms.Form):
    """session: one of those held. group: numbers of students, neither none nor all of them."""

    def __init__(
        self,
        *args: Any,
        held: Sequence[ClassSession],
        students: Sequence[Student],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.count = len(students)
        self.fields["session"] = session_choice("In the session", held)
        self.fields["group"] = forms.TypedMultipleChoiceField(
            label="The group",
            choices=[(one.pk, one.name) for one in students],
            coerce=int,
            widget=forms.CheckboxSelectMultiple,
            help_text="The others are those who are not ticked.",
        )

    def clean_group(self) -> set[int]:
        group: set[int] = set(self.cleaned_data["group"])
        if len(group) == self.count:
            raise forms.ValidationError("Leave somebody out: the others are compared with.")
        return group
