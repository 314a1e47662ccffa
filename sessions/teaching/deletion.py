"""Deleting a session, a course, or the own account: each asks first, and says what goes."""

from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from sessions import services
from sessions.models import ClassSession, Minute, Participant
from sessions.querysets import ClassSessionQuerySet
from sessions.site.access import TeacherRequest, own_session, owned_course
from sessions.site.limits import DELETIONS


@login_required
def session_delete(request: TeacherRequest, pk: int) -> HttpResponse:
    session = own_session(request, pk)
    if request.method == "POST":
        services.delete_session(session)
        messages.success(request, f"“{session.title}” is deleted.")
        return redirect("dashboard")
    return _ask(
        request,
        title=f"Delete “{session.title}”?",
        what=_counts(ClassSession.objects.filter(pk=pk)),
        back=session.get_absolute_url(),
    )


@login_required
def course_delete(request: TeacherRequest, pk: int) -> HttpResponse:
    course = owned_course(request, pk)
    if request.method == "POST":
        services.delete_course(course)
        messages.success(request, f"“{course.name}” is deleted.")
        return redirect("courses")
    counts = _counts(ClassSession.objects.filter(course=course))
    counts.insert(0, ("Names on the list", course.students.count()))
    return _ask(
        request,
        title=f"Delete the course “{course.name}”?",
        what=counts,
        back=course.get_absolute_url(),
    )


class PasswordForm(forms.Form):
    """Asks for the password of whoever is signed in."""

    password = forms.CharField(
        label="Your password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: object, request: TeacherRequest) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self._request = request

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not DELETIONS.spend(self._request.user.pk):
            raise forms.ValidationError("Too many tries. Wait five minutes.")
        if not self._request.user.check_password(password):
            raise forms.ValidationError("This is not your password.")
        return password


@never_cache
@login_required
def account_delete(request: TeacherRequest) -> HttpResponse:
    user = request.user
    form = PasswordForm(request.POST if request.method == "POST" else None, request=request)
    if form.is_valid():
        logout(request)
        services.delete_account(user)
        messages.success(request, "Your account and everything in it are deleted.")
        return redirect("home")
    return _ask(
        request,
        title="Delete your account?",
        what=[
            ("Courses that colleagues teach, too", user.courses.exclude(co_teachers=None).count()),
            *_counts(ClassSession.objects.owned_by(user)),
        ],
        back=reverse("account_email"),
        form=form,
    )


def _counts(sessions: ClassSessionQuerySet) -> list[tuple[str, int]]:
    return [
        ("Sessions", sessions.count()),
        ("Records of students", Participant.objects.filter(session__in=sessions).count()),
        ("Recorded moments", Minute.objects.filter(session__in=sessions).recorded()),
    ]


def _ask(
    request: TeacherRequest,
    *,
    title: str,
    what: list[tuple[str, int]],
    back: str,
    form: forms.Form | None = None,
) -> HttpResponse:
    context = {"title": title, "what": what, "back": back, "form": form}
    status = 400 if form is not None and form.is_bound else 200
    return render(request, "teaching/delete.html", context, status=status)
