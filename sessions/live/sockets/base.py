"""What both sockets share."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Final

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from sessions.live.protocol import CloseCode, Message

LAST_WORDS_S: Final = 0.1
"""What a stopping server has sent is on its way after this long."""

_sockets: Final[set[LiveConsumer]] = set()


async def close_all() -> None:
    """Tell every open socket of this process that the server stops, and close it."""
    for consumer in list(_sockets):
        # One that is just going away must not keep the others from being told.
        with contextlib.suppress(Exception):
            await consumer.finish(CloseCode.RESTART, "The server restarts; connect again.")
    await asyncio.sleep(LAST_WORDS_S)


class LiveConsumer(AsyncWebsocketConsumer):
    """A socket that always says why it closes and that cleans up however it ends."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_closing = False
        self._joined: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection from its start to its end."""
        _sockets.add(self)
        try:
            await super().__call__(scope, receive, send)
        finally:
            _sockets.discard(self)
            self.is_closing = True
            await self.clean_up()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle one message, without the base class's look at the database connections.

        That look runs on the one thread that all synchronous code of the process shares: a
        slow page would hold up every frame. Queries look after their connections themselves.
        """
        handler = getattr(self, message["type"].replace(".", "_"))
        await handler(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The client has gone; clean_up() follows."""
        raise StopConsumer

    async def clean_up(self) -> None:
        """Called once at the end of every connection, refused ones included."""
        for group in self._joined:
            with contextlib.suppress(Exception):
                await self.channel_layer.group_discard(group, self.channel_name)

    async def join(self, group: str) -> None:
        await self.channel_layer.group_add(group, self.channel_name)
        self._joined.append(group)

    async def say(self, message: Message) -> None:
        """Send a message, unless the socket is closing."""
        if not self.is_closing:
            await self.send(text_data=json.dumps(message))

    async def finish(self, code: CloseCode, message: str) -> None:
        """Say why, and close; nothing is sent afterwards."""
        if self.is_closing:
            return
        await self.say({"type": "closing", "code": int(code), "message": message})
        self.is_closing = True
        await self.close(code=int(code))
