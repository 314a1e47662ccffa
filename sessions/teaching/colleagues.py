"""Who teaches a course: its owner, and colleagues who came by an invitation."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from sessions import services
from sessions.codes import hash_token
from sessions.errors import NotAllowed
from sessions.models import Course
from sessions.site.access import TeacherRequest, own_course, owned_course
from sessions.site.origin import for_students


@never_cache
@login_required
def teachers(request: TeacherRequest, pk: int) -> HttpResponse:
    """The teachers of a course; POST makes the link for a colleague, which is shown once."""
    link = ""
    if request.method == "POST":
        course = owned_course(request, pk)
        if "withdraw" in request.POST:
            services.withdraw_invitation(course)
            messages.success(request, "The invitation is withdrawn.")
            return redirect("colleagues", pk)
        token = services.invite(course)
        link = for_students(request, reverse("invitation", args=[token]))
    course = own_course(request, pk)
    now = timezone.now()
    context = {
        "course": course,
        "is_owner": course.owner_id == request.user.pk,
        "colleagues": course.co_teachers.select_related("user"),
        "link": link,
        "is_open": course.invited_until is not None and course.invited_until > now,
    }
    return render(request, "teaching/colleagues.html", context)


@login_required
@require_POST
def remove(request: TeacherRequest, pk: int, user_pk: int) -> HttpResponse:
    """Part with a colleague: the owner with anybody, a colleague with the course."""
    is_leaving = user_pk == request.user.pk
    course = own_course(request, pk) if is_leaving else owned_course(request, pk)
    user = _colleague(course, user_pk)
    services.part_with(course, user)
    if is_leaving:
        messages.success(request, f"You no longer teach “{course.name}”.")
        return redirect("courses")
    messages.success(request, f"{user} no longer teaches this course.")
    return redirect("colleagues", pk)


@login_required
@require_POST
def hand_over(request: TeacherRequest, pk: int, user_pk: int) -> HttpResponse:
    """Make a colleague the owner; who was it goes on as a colleague."""
    course = owned_course(request, pk)
    user = _colleague(course, user_pk)
    try:
        services.hand_over(course, user)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{user} owns this course now. You go on teaching it.")
    return redirect("colleagues", pk)


@never_cache
@login_required
def invitation(request: TeacherRequest, token: str) -> HttpResponse:
    """Say who invites to what; POST accepts."""
    if request.method == "POST":
        try:
            course = services.accept_invitation(request.user, token)
        except NotAllowed as refusal:
            messages.error(request, str(refusal))
            return redirect("courses")
        messages.success(request, f"You now teach “{course.name}”, too.")
        return redirect(course)
    courses = Course.objects.select_related("owner")
    invited = courses.invited_by(hash_token(token), timezone.now())
    status = 200 if invited else 404
    return render(request, "teaching/invitation.html", {"course": invited}, status=status)


def _colleague(course: Course, user_pk: int) -> User:
    return get_object_or_404(User, pk=user_pk, co_teachings__course=course)
