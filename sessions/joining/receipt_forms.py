"""What a student fills in on the receipt: what was wrong, and an address for the link."""

from __future__ import annotations

from math import ceil
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError

from sessions.minutes import MINUTE_S
from sessions.models import ClassSession
from sessions.models.disputes import REASON_LENGTH

WHOLE: Final = "Type whole minutes of the class, such as 12."


class DisputeForm(forms.Form):
    """A stretch in minutes of the session, and why it was wrong."""

    from_minute = forms.IntegerField(
        label="From minute", error_messages={"required": WHOLE, "invalid": WHOLE}
    )
    to_minute = forms.IntegerField(
        label="To minute", error_messages={"required": WHOLE, "invalid": WHOLE}
    )
    reason = forms.CharField(label="Why (optional)", max_length=REASON_LENGTH, required=False)

    def __init__(self, *args: Any, session: ClassSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._session = session
        self._length_s = ceil(session.elapsed.total_seconds())
        self.last_minute = ceil(self._length_s / MINUTE_S)
        """At which the session ended, or is now."""
        for name in ("from_minute", "to_minute"):
            self.fields[name].widget.attrs |= {
                "min": 0, "max": self.last_minute, "step": 1, "inputmode": "numeric"
            }  # fmt: skip
        for name in self.errors if self.is_bound else ():
            if name in self.fields:
                self.fields[name].widget.attrs |= {"aria-invalid": "true"}

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())

    def clean(self) -> dict[str, Any]:
        fields = self.cleaned_data
        if self._length_s == 0:
            raise ValidationError("This class has not begun: nothing of it can be wrong yet.")
        start, end = fields.get("from_minute"), fields.get("to_minute")
        if start is None or end is None:
            return fields
        if start < 0:
            raise ValidationError(f"The class begins at minute 0, not at {start}.")
        if start >= end:
            raise ValidationError("The first minute must come before the second one.")
        if end > self.last_minute:
            until = "ended at" if self._session.ended_at else "is now at"
            raise ValidationError(f"The class {until} minute {self.last_minute}, before {end}.")
        return fields

    @property
    def stretch(self) -> tuple[int, int]:
        """From (included) and to (excluded), in seconds of the session; of a valid form."""
        start, end = self.cleaned_data["from_minute"], self.cleaned_data["to_minute"]
        return start * MINUTE_S, min(end * MINUTE_S, self._length_s)


class MailForm(forms.Form):
    address = forms.EmailField(
        label="Your e-mail address",
        max_length=254,
        error_messages={
            "required": "Type your e-mail address.",
            "invalid": "Type a whole e-mail address, such as ada@example.org.",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
