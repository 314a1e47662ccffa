"""What a teacher fills in."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.template.defaultfilters import date
from django.utils import timezone

from sessions import news, services
from sessions.models import ClassSession, Course

FIXED_BY_START: Final = frozenset({"course", "interval_s", "scheduled_at"})
"""What is stored was sampled at this interval, of this course's students."""


ALERTS: Final = (
    "alert_share", "alert_coverage", "alert_after_s", "alert_away_min", "alert_confused",
)  # fmt: skip
"""Fields of a course: when its live pages point something out."""


class CourseForm(forms.ModelForm):
    """A course by its name, and its alerts; the instance carries the owner."""

    class Meta:
        model = Course
        fields: ClassVar = ["name", *ALERTS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A new course is made by its name alone.
        for name in ALERTS if self.is_bound else ():
            if name not in self.data:
                del self.fields[name]

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Course.objects.filter(owner=self.instance.owner).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise forms.ValidationError("You have a course of this name already.")
        return name


FIRST_COURSE: Final = "My class"
"""Of a teacher who has named none."""


class BeginForm(forms.Form):
    """A lesson that starts at once: by its title alone, in the course of the last one."""

    title = forms.CharField(max_length=120, required=False)

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.course = Course.objects.last_used_by(owner)
        self.fields["title"].widget.attrs["placeholder"] = self._title()

    def _title(self) -> str:
        return f"Lesson of {date(timezone.localtime(), 'j F, H:i')}"

    def save(self) -> ClassSession:
        """Make the session; it is planned until it is started."""
        course = self.course or services.course_named(self.owner, FIRST_COURSE)
        title = self.cleaned_data["title"] or self._title()
        return ClassSession.objects.create(course=course, title=title)


AT_RANDOM: Final = "“How well can you follow right now?”, at most once in ten minutes."


LOCAL: Final = "%Y-%m-%dT%H:%M"
"""As browsers write a day and a time, without a zone."""
LATE: Final = timedelta(hours=1)


class SessionForm(forms.ModelForm):
    """A session in one of the teacher's courses, or in a new one that is made with it.

    zone: in which scheduled_at is meant, as the page found it; without one the site's.
    """

    new_course = forms.CharField(label="Or a new course", max_length=120, required=False)
    zone = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("title", "course", "new_course", "scheduled_at")

    class Meta:
        model = ClassSession
        fields: ClassVar = [
            "title", "course", "scheduled_at", "planned_minutes", "interval_s", "show_engagement",
            "show_roster", "random_check_ins",
        ]  # fmt: skip
        widgets: ClassVar = {
            "scheduled_at": forms.DateTimeInput({"type": "datetime-local"}, format=LOCAL)
        }

    def __init__(self, *args: Any, owner: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        if at := self.instance.scheduled_at:
            self.fields["scheduled_at"].widget.attrs["data-at"] = at.isoformat()
        if settings.POLICY == "presence":
            del self.fields["show_engagement"]
            # Nothing is estimated that the answers could agree with.
            self.fields["random_check_ins"].help_text = AT_RANDOM
        if self.instance.pk:
            self._lock_what_is_in_use()
        if "course" in self.fields:
            self._offer_courses(Course.objects.taught_by(owner))

    def first_fields(self) -> list[forms.BoundField]:
        """What a session cannot be made without."""
        return [field for field in self if field.name in self.field_order]

    def settings_fields(self) -> list[forms.BoundField]:
        """What has a value already."""
        return [field for field in self.visible_fields() if field.name not in self.field_order]

    def _lock_what_is_in_use(self) -> None:
        session = self.instance
        started = session.state != ClassSession.State.PLANNED
        if started:
            del self.fields["interval_s"], self.fields["scheduled_at"]
        if started or session.participants.exclude(student=None).exists():
            # A participant and its student are of one course.
            del self.fields["course"], self.fields["new_course"]

    def _offer_courses(self, courses: QuerySet[Course]) -> None:
        if not courses.exists():
            del self.fields["course"]
            self.fields["new_course"].label = "Course"
            self.fields["new_course"].required = True
            self.fields["new_course"].initial = FIRST_COURSE
            return
        self.fields["course"] = forms.ModelChoiceField(
            courses,
            required=False,
            empty_label="Choose a course",
            initial=Course.objects.last_used_by(self.owner),
        )

    def clean_scheduled_at(self) -> datetime | None:
        """What was typed, in the zone of who typed it."""
        at: datetime | None = self.cleaned_data["scheduled_at"]
        if at is None:
            return None
        with suppress(KeyError, ValueError, OSError):
            # What is unknown, or no zone at all, leaves the site's.
            zone = ZoneInfo(self.data.get(self.add_prefix("zone"), ""))
            at = timezone.make_aware(timezone.make_naive(at), zone)
        if at < timezone.now() - LATE and at != self.instance.scheduled_at:
            raise forms.ValidationError("This is over already. Choose a later time, or none.")
        return at

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
        changed -= {"zone"}
        stored = ClassSession.objects.select_for_update().get(pk=self.instance.pk)
        if stored.state != ClassSession.State.PLANNED:
            changed -= FIXED_BY_START
        if stored.participants.exclude(student=None).exists():
            changed -= {"course"}
        self.instance.save(update_fields=changed)
        news.session_changed(self.instance)
        return ClassSession.objects.get(pk=self.instance.pk)
