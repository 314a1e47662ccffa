"""The pages of a device that is the room's camera: the consent, the camera, the end of it."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from inference.labels import EMOTIONS
from sessions.joining.cookies import room_cookie_name, room_key, set_room_cookie
from sessions.joining.forms import RoomForm
from sessions.joining.room import room_with
from sessions.models import ClassSession
from sessions.site.headers import opens_camera

OLD_LINK: Final = (
    "This link is not, or no longer, good. Ask the teacher for the room camera's link."
)
ENDED: Final = "This class has ended, and its room's camera is off."


@never_cache
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Tell what a room's camera does; whoever says that all have agreed goes on to it."""
    session = room_with(code, key)
    if session is None or not session.is_joinable:
        return render(request, "joining/no_room.html", {"reason": OLD_LINK}, status=404)
    form = RoomForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        response = redirect("room", code)
        set_room_cookie(response, code, key)
        return response
    context = {"session": session, "form": form}
    status = 400 if form.is_bound else 200
    return render(request, "joining/room_consent.html", context, status=status)


@never_cache
@opens_camera
@require_GET
def camera(request: HttpRequest, code: str) -> HttpResponse:
    """The camera with all faces that are seen, for the device that has opened the link."""
    session = _own(request, code)
    if session is None:
        return render(request, "joining/no_room.html", {"reason": OLD_LINK}, status=404)
    if not session.is_joinable:
        return render(request, "joining/no_room.html", {"reason": ENDED}, status=410)
    config = {"socket": f"/ws/room/{session.code}/", "state": session.state}
    context = {"session": session, "emotions": EMOTIONS, "config": config}
    return render(request, "joining/room.html", context)


@never_cache
@require_POST
def stop(request: HttpRequest, code: str) -> HttpResponse:
    """This device is the room's camera no longer."""
    response = redirect("home")
    response.delete_cookie(room_cookie_name(code), samesite="Lax")
    messages.success(request, "This device is the room's camera no longer.")
    return response


def _own(request: HttpRequest, code: str) -> ClassSession | None:
    key = room_key(request.COOKIES, code)
    return None if key is None else room_with(code, key)
