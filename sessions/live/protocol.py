"""The messages of the two sockets, version 1; docs/protocol.md explains them. Pure.

What a dashboard is told stands in dashboard_messages; protocol_schema makes the JSON schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Final, Literal, get_args

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from inference.detection import Box
from inference.engagement import Level
from inference.facing import Direction
from inference.labels import EMOTIONS, most_probable
from inference.pipeline import FrameResult
from inference.track import Estimate
from sessions.news import Farewell

VERSION: Final = 1
MAX_TEXT: Final = 2_000
"""Characters of a client's text message; no message of the protocol comes near."""

CameraState = Literal["on", "off", "paused", "refused", "missing", "busy"]
CAMERA_STATES: Final[tuple[CameraState, ...]] = get_args(CameraState)

Share = Annotated[float, Meta(ge=0, le=1)]
ByEmotion = Annotated[
    dict[str, Share], Meta(extra_json_schema={"propertyNames": {"enum": list(EMOTIONS)}})
]
"""Shares or probabilities by the name of the emotion."""
Emotion = Annotated[str, Meta(extra_json_schema={"enum": list(EMOTIONS)})]
State = Annotated[str, Meta(extra_json_schema={"enum": ["planned", "live", "ended"]})]
Policy = Annotated[str, Meta(extra_json_schema={"enum": ["emotion", "presence"]})]


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
    """Too many frames that are faulty or too fast, messages that cannot be read, or connections."""
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


# What a client says --------------------------------------------------------------------------


class Hello(Struct, frozen=True, tag="hello"):
    """The first message: which version of the protocol the client speaks."""

    version: int


class Camera(Struct, frozen=True, tag="camera"):
    """Why there are frames, or none."""

    state: CameraState


class Ping(Struct, frozen=True, tag="ping"):
    """The client is there; answered by Pong."""


ClientMessage = Hello | Camera | Ping
EXPECTED: Final = (
    'Send a JSON object: a "hello" with a whole number as its "version", a "camera" with a '
    f'"state" of {", ".join(CAMERA_STATES)}, or a "ping".'
)
_client_messages = msgspec.json.Decoder(ClientMessage)


def parse(text: str) -> ClientMessage:
    """Read a client's text message. Raises ProtocolError for any other text."""
    try:
        message: ClientMessage = _client_messages.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError) as error:
        raise ProtocolError(f"This is no message of the protocol ({error}). {EXPECTED}") from None
    return message


# What the server says to a student -----------------------------------------------------------


class SessionFacts(Struct, frozen=True):
    """The session as a student's page needs it. interval_s: seconds between two frames."""

    title: str
    state: State
    interval_s: float
    show_engagement: bool


class ParticipantFacts(Struct, frozen=True):
    """Who the student is in this session."""

    id: int
    name: str


class Limits(Struct, frozen=True):
    """What a frame may have at most, and how many frames may come in a second."""

    frame_bytes: int
    frame_pixels: int
    frames_per_second: int


class Welcome(Struct, frozen=True, tag="hello", kw_only=True):
    """The answer to a hello. participant: unset for the room's camera."""

    version: int
    session: SessionFacts
    participant: ParticipantFacts | UnsetType = UNSET
    limits: Limits
    policy: Policy


class Result(Struct, frozen=True, tag="result"):
    """What was seen in frame seq, which came at this moment (ISO 8601).

    box: x, y, width, height of the largest face as shares of the frame. emotion, probabilities: of
    this frame; none for a face that is turned away. direction: over the last seconds. engagement:
    the smoothed one, and its level. What is unknown or not shown is None.
    """

    seq: int
    at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    faces: int
    box: tuple[Share, Share, Share, Share] | None
    emotion: Emotion | None
    probabilities: ByEmotion | None
    direction: Direction | None
    engagement: Share | None
    level: Level | None


class RoomResult(Struct, frozen=True, tag="room"):
    """What all faces of the room's frame seq show together.

    boxes: of every face, as a student's box, the largest first. facing: share of the faces that
    face the camera, and emotions: their mean probabilities, both over the last ten seconds; None
    and empty where nothing is known.
    """

    seq: int
    at: Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
    faces: int
    boxes: list[tuple[Share, Share, Share, Share]]
    facing: Share | None
    emotions: ByEmotion


class RoomShown(Struct, frozen=True):
    """The room's camera as a dashboard shows it. camera: why there are frames, or none.

    faces: in the latest picture, None where none was analysed. facing, emotions: see RoomResult.
    """

    camera: CameraState
    faces: int | None
    facing: Share | None
    emotions: ByEmotion


class Shed(Struct, frozen=True, tag="shed"):
    """A frame that was not looked at, through no fault of the client."""

    seq: int
    message: str


class Fault(Struct, frozen=True, tag="error"):
    """What the client sent could not be used. seq: of the frame, unset for a text message."""

    code: str
    message: str
    seq: int | UnsetType = UNSET


class Pong(Struct, frozen=True, tag="pong"):
    """The answer to a ping."""


class Pace(Struct, frozen=True, tag="pace"):
    """Send the next frame no sooner than in wait_s, then no faster than one in interval_s."""

    interval_s: float
    wait_s: float


class Question(Struct, frozen=True, tag="question"):
    """A check-in that can be answered now; id and question are None once none can be."""

    id: int | None
    question: str | None


class SessionState(Struct, frozen=True, tag="session"):
    """The session has started or ended. report_url: for the teacher, at the end."""

    state: State
    report_url: str | UnsetType = UNSET


class Closing(Struct, frozen=True, tag="closing"):
    """The last message before the server closes a socket: why, for people."""

    code: int
    message: str


StudentMessage = Welcome | Result | Shed | Fault | Pong | Pace | Question | SessionState | Closing
"""Whatever a student is told."""
RoomMessage = Welcome | RoomResult | Shed | Fault | Pong | SessionState | Closing
"""Whatever the device with the room's camera is told."""

encode: Final = msgspec.json.Encoder().encode
"""A message as the JSON text that is sent, in UTF-8."""


def result(
    seq: int, at: datetime, seen: FrameResult, estimate: Estimate, show_engagement: bool
) -> Result:
    """What was seen in a frame, and estimated at it."""
    values = estimate.probabilities
    return Result(
        seq,
        at.isoformat(),
        seen.faces,
        None if seen.box is None else shares(seen.box, seen.width, seen.height),
        None if values is None else most_probable(values),
        None if values is None else by_emotion(values),
        estimate.direction,
        rounded(estimate.engagement) if show_engagement else None,
        estimate.level if show_engagement else None,
    )


def by_emotion(values: Sequence[float] | None) -> dict[str, float]:
    """Seven shares by the name of their emotion, as they are sent; empty where none are known."""
    if values is None:
        return {}
    return {name: round(value, 4) for name, value in zip(EMOTIONS, values, strict=True)}


def rounded(value: float | None) -> float | None:
    """A share as it is sent."""
    return None if value is None else round(value, 4)


def shares(box: Box, width: int, height: int) -> tuple[float, float, float, float]:
    """A face's box as shares of a picture of this size: x, y, width, height, each 0 to 1."""
    x, y, w, h = box
    return _share(x / width), _share(y / height), _share(w / width), _share(h / height)


def _share(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)
