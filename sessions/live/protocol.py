"""The messages of the two sockets, version 1; docs/protocol.md explains them. Pure functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final, Literal, get_args

from inference.labels import EMOTIONS
from inference.pipeline import FrameResult
from sessions.news import Farewell

VERSION: Final = 1
MAX_TEXT: Final = 2_000
"""Characters of a client's text message; no message of the protocol comes near."""

CameraState = Literal["on", "off", "paused", "refused", "missing", "busy"]
CAMERA_STATES: Final[tuple[CameraState, ...]] = get_args(CameraState)

Message = dict[str, Any]
"""A server's message, ready for JSON."""


class CloseCode(IntEnum):
    """Why the server closes a socket; the page explains each."""

    BAD_HELLO = 4000
    """The first message was no hello, or of another version, or none came in time."""
    REPLACED = 4001
    """This participant opened a newer connection, here or on another device."""
    NOT_ALLOWED = 4003
    """No participant of a class with this code; on the dashboard nobody signed in."""
    NO_SUCH_SESSION = 4004
    """On the dashboard: no session has this number, or it is somebody else's."""
    ENDED = 4005
    """The session has ended."""
    TOO_MANY = 4008
    """Too many frames that are faulty or too fast, messages without sense, or connections."""
    TOO_BIG = 4009
    """A text message of more than MAX_TEXT characters."""
    GONE = 4010
    """The participant left, or deleted its data."""
    REMOVED = 4011
    """The teacher took the participant out."""
    RESTART = 4012
    """The server stops; connect again in a few seconds."""
    BUSY = 4013
    """Too many connections or wrong codes from this address; connect again later."""
    SILENT = 4014
    """Nothing was heard from the client for long."""
    FAILED = 4500
    """The server met an error; connect again."""


SILENCE: Final = "Nothing was heard from this page."
ELSEWHERE: Final = "You opened this class in another window."
FAREWELLS: Final[dict[Farewell, tuple[CloseCode, str]]] = {
    "left": (CloseCode.GONE, "You have left this class."),
    "deleted": (CloseCode.GONE, "You have left this class, and your data is deleted."),
    "removed": (CloseCode.REMOVED, "Your teacher has taken you out of this class."),
    "moved": (CloseCode.REPLACED, "You go on in this class on another device."),
}


class ProtocolError(ValueError):
    """A client's text message that makes no sense; the message says what was expected."""


@dataclass(frozen=True, slots=True)
class Hello:
    version: int


@dataclass(frozen=True, slots=True)
class Camera:
    state: CameraState


@dataclass(frozen=True, slots=True)
class Ping:
    pass


ClientMessage = Hello | Camera | Ping


def parse(text: str) -> ClientMessage:
    """Read a client's text message. Raises ProtocolError for any other text."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("A text message must be a JSON object.") from None
    if not isinstance(content, dict):
        raise ProtocolError("A text message must be a JSON object.")
    match content.get("type"):
        case "hello":
            return _hello(content)
        case "camera":
            return _camera(content)
        case "ping":
            return Ping()
    raise ProtocolError('The type of a text message must be "hello", "camera" or "ping".')


def _hello(content: dict[str, Any]) -> Hello:
    version = content.get("version")
    if type(version) is not int:
        raise ProtocolError('A hello needs a whole number as its "version".')
    return Hello(version)


def _camera(content: dict[str, Any]) -> Camera:
    for state in CAMERA_STATES:
        if content.get("state") == state:
            return Camera(state)
    raise ProtocolError(f'The "state" of a camera must be one of {", ".join(CAMERA_STATES)}.')


# What the server says to a student ---------------------------------------------------------


def hello(
    *,
    session: Message,
    participant: Message,
    limits: Message,
    policy: str,
) -> Message:
    """The answer to a hello; session, participant and limits as docs/protocol.md lists them."""
    return {
        "type": "hello",
        "version": VERSION,
        "session": session,
        "participant": participant,
        "limits": limits,
        "policy": policy,
    }


def result(seq: int, at: datetime, seen: FrameResult, engagement: float | None) -> Message:
    """What was seen in a frame. engagement: the smoothed one, None where it is not shown."""
    return {
        "type": "result",
        "seq": seq,
        "at": at.isoformat(),
        "faces": seen.faces,
        "box": fractions(seen),
        "emotion": seen.emotion,
        "probabilities": None
        if seen.probabilities is None
        else {
            name: round(value, 4) for name, value in zip(EMOTIONS, seen.probabilities, strict=True)
        },
        "engagement": None if engagement is None else round(engagement, 4),
    }


def fractions(seen: FrameResult) -> list[float] | None:
    """The face box as shares of the frame: x, y, width, height, each 0 to 1."""
    if seen.box is None:
        return None
    x, y, w, h = seen.box
    return [
        round(min(1.0, max(0.0, value)), 4)
        for value in (x / seen.width, y / seen.height, w / seen.width, h / seen.height)
    ]


def frame_error(seq: int, code: str, message: str) -> Message:
    """A frame that was not analysed because of what it is, or when it came."""
    return {"type": "error", "seq": seq, "code": code, "message": message}


def shed(seq: int, message: str) -> Message:
    """A frame that was not looked at, through no fault of the client."""
    return {"type": "shed", "seq": seq, "message": message}


def bad_message(message: str) -> Message:
    return {"type": "error", "code": "bad_message", "message": message}


def pong() -> Message:
    return {"type": "pong"}


def pace(interval_s: float, wait_s: float) -> Message:
    """Send the next frame no sooner than in wait_s, then no faster than this."""
    return {"type": "pace", "interval_s": round(interval_s, 2), "wait_s": round(wait_s, 2)}


def session_state(state: str) -> Message:
    return {"type": "session", "state": state}


# What the server says to a dashboard -------------------------------------------------------


def ended(report_url: str) -> Message:
    return {"type": "session", "state": "ended", "report_url": report_url}
