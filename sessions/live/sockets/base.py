"""What both sockets share: they say why they close, and clean up however they end."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Any, ClassVar

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer

from sessions.live.dashboard_messages import Message
from sessions.live.protocol import CloseCode, Closing, encode
from sessions.live.runtime import Runtime
from sessions.site.limits import address_of_scope

logger = logging.getLogger(__name__)


class LiveSocket(AsyncWebsocketConsumer):
    """One connection, an adapter between a browser and a live class.

    heard_at: when the client last said something, of time.monotonic(). address: the client's.
    It has no channel of its own: news comes through the runtime.
    """

    channel_layer = None
    name: ClassVar = "socket"
    address: str
    has_room: bool

    def __init__(self, runtime: Runtime) -> None:
        super().__init__()
        self.runtime = runtime
        self.is_closing = False
        self.heard_at = time.monotonic()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection from its start to its end."""
        self.scope, self.base_send = scope, send
        self.address = address_of_scope(scope)
        self.has_room = self.runtime.opened(self)
        try:
            await self._serve(receive)
        finally:
            self.runtime.closed(self)
            self.is_closing = True
            await self.clean_up()

    async def _serve(self, receive: Any) -> None:
        try:
            while True:
                # Without the base class's look at the database connections: it runs on the one
                # thread that all synchronous code shares, and a slow page would hold up frames.
                await self.dispatch(await receive())
        except StopConsumer:
            pass
        except Exception:
            self.runtime.counters.add("tasks_failed")
            logger.exception("A %s failed", self.name)
            await self.fail()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Handle one message of the ASGI server."""
        self.heard_at = time.monotonic()
        handler = getattr(self, message["type"].replace(".", "_"))
        await handler(message)

    async def connect(self) -> None:
        """Accept, so that it can be said why a connection is refused; then look who comes."""
        await self.accept()
        if self.has_room:
            await self.enter()
        else:
            self.runtime.counters.add("sockets_refused")
            await self.finish(CloseCode.BUSY, "Too many connections from here. Try again later.")

    async def enter(self) -> None:
        """Let the client in, or say why not."""
        raise NotImplementedError

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        """The client has gone; clean_up() follows."""
        raise StopConsumer

    async def clean_up(self) -> None:
        """Called once at the end of every connection, refused ones included."""

    async def say(self, message: Message) -> None:
        """Send a message, unless the socket is closing."""
        if not self.is_closing:
            await self.send(text_data=encode(message).decode())

    async def finish(self, code: CloseCode, message: str) -> None:
        """Say why, and close; nothing is sent afterwards."""
        if self.is_closing:
            return
        await self.say(Closing(int(code), message))
        self.is_closing = True
        await self.close(code=int(code))

    async def fail(self) -> None:
        """Close after an error of the server; the page connects again."""
        with contextlib.suppress(Exception):
            await self.finish(CloseCode.FAILED, "The server met an error; connect again.")

    async def say_goodbye(self) -> None:
        """The server stops."""
        # One that is just going away must not keep the others from being told.
        with contextlib.suppress(Exception):
            await self.finish(CloseCode.RESTART, "The server restarts; connect again.")
