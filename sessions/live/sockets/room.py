"""The socket of a room's camera: all faces of its frames count; docs/protocol.md describes it."""

from __future__ import annotations

from typing import Final

from django.conf import settings

from sessions.joining.admission import Refusal, Refused
from sessions.joining.room import RoomAdmission, admit_room
from sessions.live import protocol
from sessions.live.pacing import Frame
from sessions.live.protocol import CloseCode, RoomMessage, SessionFacts, Welcome
from sessions.live.room import Room
from sessions.live.sockets.frames import FrameSocket, limits

CLOSE_CODES: Final[dict[Refusal, CloseCode]] = {
    Refusal.NO_ROOM: CloseCode.NOT_ALLOWED,
    Refusal.ENDED: CloseCode.ENDED,
}


class RoomSocket(FrameSocket):
    """One connection of a device that is the room's camera."""

    name = "room's socket"
    client = "room"
    room: Room
    room_key: str
    title: str

    async def enter(self) -> None:
        """Let a device in that shows the session's key, and let an older one go."""
        code = str(self.scope["url_route"]["kwargs"]["code"])
        try:
            me = await self.runtime.database(admit_room, self.scope["cookies"], code)
        except Refused as refusal:
            await self.finish(CLOSE_CODES[refusal.reason], str(refusal))
            return
        live = await self.runtime.live_class(me.session_id)
        if live is None:
            await self.finish(CloseCode.ENDED, "This class has ended.")
        elif not self.is_closing:
            self._enter(live.room, me)

    def _enter(self, room: Room, me: RoomAdmission) -> None:
        self.room, self.room_key, self.title = room, me.room_key, me.title
        self.begin(room)
        room.enter(self)

    async def clean_up(self) -> None:
        await super().clean_up()
        if self.place is not None:
            self.room.leave(self)

    def welcome(self) -> Welcome:
        """See FrameSocket."""
        return Welcome(
            version=protocol.VERSION,
            session=SessionFacts(self.title, self.room.state, self.room.interval_s, False),
            limits=limits(),
            policy=settings.POLICY,
        )

    def camera(self, state: str) -> None:
        """See FrameSocket."""
        self.room.camera(state)

    async def analyse(self, frame: Frame) -> RoomMessage:
        """See FrameSocket."""
        return await self.room.analyse(self, frame)
