"""What a dashboard is told: the whole session once, then what changed; docs/protocol.md."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from inference.engagement import Level
from inference.expression import MIXED
from inference.facing import Direction
from inference.labels import EMOTIONS
from sessions.live.protocol import (
    ByEmotion,
    Closing,
    Fault,
    Policy,
    Pong,
    RoomMessage,
    RoomShown,
    SessionState,
    Share,
    State,
    StudentMessage,
)

Status = Literal["here", "away", "paused", "no_camera", "offline"]
Label = Annotated[str, Meta(extra_json_schema={"enum": [*EMOTIONS, MIXED]})]
MARKER_KINDS: Final = ("topic", "activity", "break", "question", "note")
TrailPoint = tuple[int, float | None]
"""Second of the session and mean engagement, None where none is known."""


class ParticipantView(Struct, frozen=True):
    """A student as the dashboard shows them now.

    emotion: over the last seconds; none of one who is turned away. trail: in a snapshot only.
    """

    id: int
    name: str
    simulated: bool
    status: Status
    emotion: Label | None
    direction: Direction | None
    engagement: Share | None
    level: Level | None
    faces: int
    trail: list[TrailPoint] | UnsetType = UNSET


class BucketView(Struct, frozen=True):
    """The class over one stretch of time that begins at second t of the session."""

    t: int
    samples: int
    usable: int
    expected: float
    coverage: Share | None
    engagement: Share | None
    facing: Share | None
    emotions: ByEmotion


class Series(Struct, frozen=True):
    """The buckets of a session, width_s seconds wide each, as one list a figure."""

    width_s: int
    t: list[int]
    engagement: list[Share | None]
    facing: list[Share | None]
    coverage: list[Share | None]
    samples: list[int]
    usable: list[int]
    expected: list[float]
    emotions: dict[str, list[Share | None]]


class WatchedSession(Struct, frozen=True):
    """The session as its dashboard needs it."""

    id: int
    title: str
    state: State
    interval_s: float
    planned_minutes: int | None
    elapsed_s: int


class Snapshot(Struct, frozen=True, tag="snapshot"):
    """The whole session so far. now: the second of the session."""

    now: int
    session: WatchedSession
    policy: Policy
    series: Series
    participants: list[ParticipantView]


class Changes(Struct, frozen=True):
    """The class in the running interval, and what changed since it was last asked.

    connected: students whose sockets are open. faces: how many of them are here. levels: how many
    of these by their level of engagement. turned: how many are turned away. removed: participants
    to forget.
    """

    connected: int
    faces: int
    levels: dict[Level, int]
    turned: int
    engagement: Share | None
    coverage: Share | None
    emotions: ByEmotion
    buckets: list[BucketView]
    participants: list[ParticipantView]
    removed: list[int]


class Ask(Struct, frozen=True):
    """A device that asks to go on as the student of this name."""

    id: int
    name: str


class CheckInView(Struct, frozen=True):
    """A question that can be answered now. counts: of the answers 1 to 5. random: asked by the
    site itself."""

    id: int
    question: str
    second: int
    counts: list[int]
    random: bool


class VoiceView(Struct, frozen=True):
    """What students say. hands: participants whose hand is up, the first first.

    lately: students who gave a sign (confused, too_fast, too_slow) in the last two minutes. line:
    students by sign in each of the last ten minutes, the present one last.
    """

    check_in: CheckInView | None
    hands: list[int]
    lately: dict[str, int]
    line: dict[str, list[int]]


class AlertView(Struct, frozen=True):
    """What is pointed out, since which second, and whether the teacher has seen it.

    kind: engaged, coverage, away (of that participant) or confused. value: a share, or a number
    of students or seconds, when it was raised.
    """

    id: int
    kind: str
    participant: int | None
    second: int
    value: float
    seen: bool


class MarkerView(Struct, frozen=True):
    """What began at a second of the session; text may be empty."""

    id: int
    second: int
    kind: Annotated[str, Meta(extra_json_schema={"enum": list(MARKER_KINDS)})]
    text: str


class Tick(Changes, frozen=True, tag="tick", kw_only=True):
    """What is told every second. trouble: what does not work at present. room: None without a
    room's camera. markers: all of the session, where they have changed since the last tick."""

    now: int
    state: State
    trouble: list[str]
    asks: list[Ask]
    room: RoomShown | None
    voice: VoiceView
    alerts: list[AlertView]
    markers: list[MarkerView] | UnsetType = UNSET


DashboardMessage = Snapshot | Tick | SessionState | Fault | Pong | Closing
"""Whatever a dashboard is told."""

Message = StudentMessage | RoomMessage | DashboardMessage
"""Whatever the server says."""
