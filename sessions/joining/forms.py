"""What a student fills in: the code of a class, then a name and the consent."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from sessions.codes import normalise_code
from sessions.joining.names import NAME_LENGTH, tidy, validate_name
from sessions.models import ClassSession, Student


def is_code(text: str) -> bool:
    """Whether it could be the code of a class as it is stored: capitals and digits."""
    return text.isascii() and text.isalnum() and text == normalise_code(text)


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


class JoinForm(forms.Form):
    """The name and the consent.

    The names of the course's list are offered only where the teacher shows the list. A typed
    name is matched with the list later; whether it stands there, the page never tells.
    """

    display_name = forms.CharField(
        label="Your name",
        max_length=NAME_LENGTH,
        validators=[validate_name],
        error_messages={"required": "Type your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    consent = forms.BooleanField(
        error_messages={
            "required": "Choose one of the two buttons if you agree. Without it you cannot join."
        },
    )
    simulated = forms.BooleanField(required=False, widget=forms.HiddenInput)
    """A program that plays a student says so; it marks its own record only."""

    is_taken = False
    """Whether the name is somebody's who takes part, so that asking for it is offered."""

    def __init__(self, *args: Any, session: ClassSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roster = Student.objects.filter(course=session.course_id)
        self.names = [student.name for student in roster] if session.show_roster else []
        name = self.fields["display_name"]
        name.help_text = (
            "As it stands on your class list." if roster.exists() else "A made-up name is fine."
        )
        if self.names:
            name.widget.attrs["list"] = "class-list"
        for field in self.errors if self.is_bound else ():
            self.fields[field].widget.attrs |= {"aria-invalid": "true"}

    def clean_display_name(self) -> str:
        return tidy(self.cleaned_data["display_name"])


class RoomForm(forms.Form):
    """Before a device becomes the room's camera, somebody answers for everybody in the picture."""

    agreed = forms.BooleanField(
        error_messages={
            "required": "Tick the box once everybody in the picture knows and has agreed."
        },
    )
