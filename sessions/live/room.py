"""A session's room camera in one process: all faces of its picture count, and none is kept."""

from __future__ import annotations

import math
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone
from msgspec.structs import asdict, replace

from inference.pictures import PictureResult
from inference.room import RoomTrack, view_of
from sessions.live.protocol import (
    CloseCode,
    RoomMessage,
    RoomResult,
    RoomShown,
    by_emotion,
    rounded,
    shares,
)
from sessions.live.samples import room_sample_of

if TYPE_CHECKING:
    from inference.service import Service
    from sessions.live.agreement import SessionTruth
    from sessions.live.looking import Looking
    from sessions.live.pacing import Frame
    from sessions.live.recorder import Recorder
    from sessions.live.sockets.room import RoomSocket
    from sessions.live.tasks import Tasks

HEARD_WITHIN_S: Final = 5.0
"""A camera that no process has told of for so long is gone."""
REPLACED: Final = "Another device is the room's camera now."
TAKEN_AWAY: Final = "This device is the room's camera no longer: the teacher has ended that."
NOT_LIVE: Final = "The class is not being recorded now."
NOTHING_SEEN: Final = RoomShown("off", None, None, {})


class Room:
    """Owned by the event loop, as its live class is. There is one camera: the newest one."""

    def __init__(
        self,
        truth: SessionTruth,
        service: Service,
        recorder: Recorder,
        looking: Looking,
        tasks: Tasks,
    ) -> None:
        self.socket: RoomSocket | None = None
        self.looking = looking
        self._truth = truth
        self._service = service
        self._recorder = recorder
        self._tasks = tasks
        self._track = RoomTrack()
        self._entered_at = 0.0
        self._seen = self._heard = NOTHING_SEEN
        self._heard_at = -math.inf

    @property
    def state(self) -> str:
        return self._truth.state

    @property
    def interval_s(self) -> float:
        """Seconds between two frames."""
        return self._truth.interval_s

    def moment(self) -> datetime:
        """Now, as records of the session are stamped."""
        return self._truth.start.moment() if self._truth.start else timezone.now()

    # The device ------------------------------------------------------------------------------

    def enter(self, socket: RoomSocket) -> None:
        """A device is the room's camera from now on; an older one is let go."""
        self._let_go(CloseCode.REPLACED, REPLACED)
        self.socket, self._entered_at = socket, self.moment().timestamp()
        self._track, self._seen = RoomTrack(), NOTHING_SEEN

    def leave(self, socket: RoomSocket) -> None:
        """The device's connection has ended."""
        if self.socket is socket:
            self.socket = None

    def camera(self, state: str) -> None:
        """Why there are frames, or none."""
        self._seen = replace(NOTHING_SEEN, camera=state)

    async def analyse(self, socket: RoomSocket, frame: Frame) -> RoomMessage:
        """Have a frame looked at, store what all its faces show together, and answer."""
        picture = await self.looking.at(frame.seq, self._service.analyse_room(frame.jpeg))
        if not isinstance(picture, PictureResult):
            return picture
        start = self._truth.start
        if start is None or not self.may_record(socket):
            return self.looking.refuse(frame.seq, "not_live", NOT_LIVE)
        view = view_of(picture)
        session_id = self._truth.session_id
        self._recorder.rooms.add(room_sample_of(session_id, frame.at, start.at, picture, view))
        lately = self._track.update(frame.at.timestamp(), view)
        facing, emotions = rounded(lately.facing), by_emotion(lately.probabilities)
        self._seen = RoomShown(self._seen.camera, view.faces, facing, emotions)
        boxes = [shares(face.box, picture.width, picture.height) for face in picture.faces]
        return RoomResult(frame.seq, frame.at.isoformat(), view.faces, boxes, facing, emotions)

    def may_record(self, socket: RoomSocket) -> bool:
        """The one place that decides whether anything about the room may be recorded now."""
        return self.socket is socket and self.state == "live"

    def agree(self, truth: SessionTruth) -> None:
        """Take over what the database says."""
        before, self._truth = self._truth, truth
        if self.socket is None:
            return
        if before.state != truth.state:
            self._seen = replace(NOTHING_SEEN, camera=self._seen.camera)
            self._tasks.spawn(partial(self.socket.tell_state, truth.state), "state")
        if truth.room_key != self.socket.room_key:
            self._let_go(CloseCode.REMOVED, TAKEN_AWAY)

    def close_silent(self, before: float, reason: str) -> None:
        """Let a device go that was not heard since then, of time.monotonic()."""
        if self.socket is not None and self.socket.heard_at < before:
            self._let_go(CloseCode.SILENT, reason)

    def _let_go(self, code: CloseCode, reason: str) -> None:
        socket, self.socket = self.socket, None
        if socket is not None:
            self._tasks.spawn(partial(socket.finish, code, reason), "farewell")

    # The dashboards --------------------------------------------------------------------------

    def news(self) -> dict[str, Any] | None:
        """What every process is told each second while this one has the camera."""
        if self.socket is None:
            return None
        return {"entered_at": self._entered_at, "seen": asdict(self._seen)}

    def hear(self, news: dict[str, Any] | None) -> None:
        """News of this process or another one; the newer device wins."""
        if news is None:
            return
        self._heard, self._heard_at = RoomShown(**news["seen"]), self.moment().timestamp()
        if self.socket is not None and news["entered_at"] > self._entered_at:
            self._let_go(CloseCode.REPLACED, REPLACED)

    def shown(self) -> RoomShown | None:
        """What a dashboard shows of it; None where no room's camera was heard of lately."""
        is_late = self.moment().timestamp() - self._heard_at > HEARD_WITHIN_S
        return None if is_late else self._heard
