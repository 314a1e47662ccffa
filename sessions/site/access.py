"""What every page of a teacher begins with: somebody else's objects do not exist for it."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from sessions.models import ClassSession, Course, Marker, Participant, Takeover


class TeacherRequest(HttpRequest):
    """A request that login_required has let through."""

    user: User


def own_session(request: TeacherRequest, pk: int) -> ClassSession:
    """The teacher's session with its course. Raises Http404 for anybody else's."""
    sessions = ClassSession.objects.taught_by(request.user).select_related("course")
    return get_object_or_404(sessions, pk=pk)


def own_course(request: TeacherRequest, pk: int) -> Course:
    """A course that the teacher owns or teaches, too. Raises Http404 for anybody else's."""
    return get_object_or_404(Course.objects.taught_by(request.user), pk=pk)


def owned_course(request: TeacherRequest, pk: int) -> Course:
    """The course that the teacher owns. Raises Http404 for others, co-teachers among them."""
    return get_object_or_404(Course.objects.owned_by(request.user), pk=pk)


def own_participant(request: TeacherRequest, pk: int, participant_pk: int) -> Participant:
    """A participant of the teacher's session. Raises Http404 for anybody else's."""
    people = Participant.objects.taught_by(request.user).select_related("session")
    return get_object_or_404(people, pk=participant_pk, session=pk)


def own_takeover(request: TeacherRequest, pk: int, takeover_pk: int) -> Takeover:
    """What a device asks in the teacher's session. Raises Http404 for anybody else's."""
    asks = Takeover.objects.taught_by(request.user).of_sessions([pk])
    return get_object_or_404(asks, pk=takeover_pk)


def own_marker(request: TeacherRequest, pk: int, marker_pk: int) -> Marker:
    """A marker of the teacher's session. Raises Http404 for anybody else's."""
    markers = Marker.objects.taught_by(request.user).select_related("session")
    return get_object_or_404(markers, pk=marker_pk, session=pk)
