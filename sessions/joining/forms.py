"""What a student fills in: the code of a class, then a name and the consent."""

import unicodedata
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, QuerySet

from sessions.joining.codes import normalise_code
from sessions.models import ClassSession, Participant, Student

NAME_LENGTH: Final = 80
FORBIDDEN: Final = frozenset({"Cc", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that no name holds: controls, private use, surrogates, line separators."""
READABLE: Final = frozenset("LNPS")
"""First letters of the categories of what can be seen: letters, numbers, punctuation, symbols."""
BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They turn the text after them around, also that of the teacher's page."""


def is_code(text: str) -> bool:
    """Whether it could be the code of a class as it is stored: capitals and digits."""
    return text.isascii() and text.isalnum() and text == normalise_code(text)


def validate_name(name: str) -> None:
    """Raises ValidationError for a name with control characters, or with nothing to be read."""
    categories = {unicodedata.category(character) for character in name}
    if categories & FORBIDDEN or BIDI_CONTROLS.intersection(name):
        raise ValidationError("Use letters, digits and ordinary signs only.", code="control")
    # Signs newer than Python's tables are unassigned (Cn) to it: new emoji, for instance.
    if not any(category[0] in READABLE or category == "Cn" for category in categories):
        raise ValidationError("Type a name that can be read.", code="invisible")


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Code of the class",
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "code-input",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )

    def clean_code(self) -> str:
        code = normalise_code(self.cleaned_data["code"])
        if not is_code(code):
            raise ValidationError("A code has letters and digits only.", code="signs")
        return code


class _RosterField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Student) -> str:
        return f"{obj.name} (has joined already)" if getattr(obj, "joined", False) else obj.name


class JoinForm(forms.Form):
    """The name and the consent; with a course's roster there is a choice of `student` too."""

    student = _RosterField(
        Student.objects.none(),
        label="Your name",
        required=False,
        empty_label="I am not on this list",
    )
    display_name = forms.CharField(
        label="Your name",
        max_length=NAME_LENGTH,
        required=False,
        validators=[validate_name],
        error_messages={"required": "Type a name."},
        help_text="Your teacher sees it. A made-up name is fine.",
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    consent = forms.BooleanField(
        error_messages={"required": "Tick the box if you agree. Without it you cannot take part."},
    )

    def __init__(self, *args: Any, session: ClassSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roster = _roster(session)
        if roster.exists():
            self.fields["student"].queryset = roster  # type: ignore[attr-defined]
            self.fields["display_name"].label = "Or another name"
        else:
            del self.fields["student"]
            self.fields["display_name"].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        named = data.get("student") or data.get("display_name")
        if not named and not {"student", "display_name"} & self.errors.keys():
            self.add_error("display_name", "Choose your name, or type one.")
        return data


def _roster(session: ClassSession) -> QuerySet[Student]:
    """The course's students; those not here yet come first."""
    here = Participant.objects.filter(session=session, student=OuterRef("pk"), left_at=None)
    return (
        Student.objects.filter(course=session.course_id)
        .annotate(joined=Exists(here))
        .order_by("joined", "name")
    )
