"""Who is in a teacher's session: letting in, taking out, closing the door."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from sessions.errors import NotAllowed
from sessions.joining import membership, room
from sessions.site.access import (
    TeacherRequest,
    own_participant,
    own_session,
    own_takeover,
)


def _done(request: TeacherRequest, pk: int, text: str, undo: str = "") -> HttpResponse:
    """Back to the lobby with a message; the live page, which asks for JSON, stays where it is.

    undo: the address of what takes it back.
    """
    if request.accepts("text/html"):
        messages.success(request, text, extra_tags=undo)
        return redirect("session", pk)
    return JsonResponse({"message": text})


@login_required
@require_POST
def remove(request: TeacherRequest, pk: int, participant_pk: int) -> HttpResponse:
    """Take a participant out."""
    participant = own_participant(request, pk, participant_pk)
    membership.remove(participant)
    undo = reverse("participant_readmit", args=[pk, participant_pk])
    return _done(request, pk, f"{participant.display_name} is taken out of the session.", undo)


@login_required
@require_POST
def remove_many(request: TeacherRequest, pk: int) -> HttpResponse:
    """Take out those that are ticked in the lobby."""
    session = own_session(request, pk)
    ticked = set(request.POST.getlist("participant"))
    people = [one for one in session.participants.present() if str(one.pk) in ticked]
    for participant in people:
        membership.remove(participant)
    return _done(request, pk, f"Taken out of the session: {len(people)}.")


@login_required
@require_POST
def readmit(request: TeacherRequest, pk: int, participant_pk: int) -> HttpResponse:
    """Let one who was taken out come back."""
    participant = own_participant(request, pk, participant_pk)
    try:
        membership.readmit(participant)
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("session", pk)
    return _done(request, pk, f"{participant.display_name} may come back.")


@login_required
@require_POST
def lock(request: TeacherRequest, pk: int) -> HttpResponse:
    membership.set_locked(own_session(request, pk), True)
    undo = reverse("session_unlock", args=[pk])
    return _done(request, pk, "The door is closed: nobody new can join.", undo)


@login_required
@require_POST
def unlock(request: TeacherRequest, pk: int) -> HttpResponse:
    membership.set_locked(own_session(request, pk), False)
    return _done(request, pk, "The door is open: whoever has the code can join.")


@login_required
@require_POST
def allow(request: TeacherRequest, pk: int, takeover_pk: int) -> HttpResponse:
    """Let the device that asks go on as the participant."""
    takeover = own_takeover(request, pk, takeover_pk)
    name = takeover.participant.display_name
    membership.allow(takeover)
    return _done(request, pk, f"{name} goes on on the other device.")


@login_required
@require_POST
def refuse(request: TeacherRequest, pk: int, takeover_pk: int) -> HttpResponse:
    """The device that asks does not go on as the participant."""
    takeover = own_takeover(request, pk, takeover_pk)
    name = takeover.participant.display_name
    membership.refuse(takeover)
    return _done(request, pk, f"The other device does not become {name}.")


@login_required
@require_POST
def allow_room(request: TeacherRequest, pk: int) -> HttpResponse:
    """Make a link by which a device becomes the room's camera."""
    try:
        room.allow_room(own_session(request, pk))
    except NotAllowed as refusal:
        messages.error(request, str(refusal))
        return redirect("session", pk)
    return _done(request, pk, "The room camera's link is ready: open it on the device.")


@login_required
@require_POST
def end_room(request: TeacherRequest, pk: int) -> HttpResponse:
    """There is no room's camera any longer."""
    room.end_room(own_session(request, pk))
    return _done(request, pk, "The room's camera is taken away. What it counted stays.")
