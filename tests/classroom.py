"""A teacher and students of a running server, over HTTP and sockets as a browser does."""

from __future__ import annotations

import asyncio
import http.cookiejar
import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import msgspec
import numpy as np
import pytest
from django.db import OperationalError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin

from inference.frames import encode_jpeg
from inference.video import QUALITY
from sessions.live.dashboard_messages import Message
from tests.factories import PASSWORD
from tests.server import Server

WITHIN_S = 20
_number = count(1)
_messages = msgspec.json.Decoder(Message)


class Client:
    """A browser without a screen: pages, forms, cookies."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def get(self, path: str) -> tuple[str, str]:
        """Open a page; returns its final path and its text. Raises HTTPError for an error."""
        return self._open(path, None)

    def post(self, path: str, page: str = "", **form: str) -> tuple[str, str]:
        """Send a form, with the token from the page that shows it (by default the same one)."""
        _, text = self.get(page or path)
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
        assert found, f"{page or path} has no form"
        fields = {"csrfmiddlewaretoken": found[1], **form}
        return self._open(path, urllib.parse.urlencode(fields).encode())

    def _open(self, path: str, data: bytes | None) -> tuple[str, str]:
        url = self.server.base_url + path
        request = urllib.request.Request(url, data, {"Referer": url})
        with self._opener.open(request, timeout=30) as answer:
            return urllib.parse.urlsplit(answer.url).path, answer.read().decode()


@dataclass(frozen=True, slots=True)
class Session:
    pk: int
    code: str


class Teacher(Client):
    """Somebody who has just signed up."""

    def __init__(self, server: Server) -> None:
        super().__init__(server)
        self.email = f"teacher{next(_number)}@example.org"
        self.post("/accounts/signup/", email=self.email, password1=PASSWORD)

    def open_session(self, *, live: bool = True, **fields: str) -> Session:
        form = {
            "title": f"Session {next(_number)}",
            "new_course": f"Course {next(_number)}",
            "planned_minutes": "50",
            "interval_s": "1",
            "show_engagement": "on",
        }
        path, _ = self.post("/sessions/new/", **{**form, **fields})
        pk = int(path.strip("/").split("/")[-1])
        rows = self.server.query(f"select code from class_sessions_classsession where id = {pk}")
        if live:
            self.start(pk)
        return Session(pk, rows[0][0])

    def start(self, pk: int) -> None:
        self.post(f"/sessions/{pk}/start/", page=f"/sessions/{pk}/")

    def end(self, pk: int) -> None:
        self.post(f"/sessions/{pk}/end/")


class Pupil(Client):
    """A student who has joined a session."""

    def __init__(self, server: Server, code: str, name: str = "") -> None:
        super().__init__(server)
        self.code = code
        self.name = name or f"Pupil {next(_number)}"
        self.post(f"/join/{code}/", display_name=self.name, consent="on")

    @property
    def stored(self) -> int:
        return int(json.loads(self.get(f"/join/{self.code}/data/")[1])["samples"])

    def leave(self) -> None:
        self.post(f"/join/{self.code}/leave/", page=f"/join/{self.code}/class/")

    def delete(self) -> None:
        self.post(f"/join/{self.code}/delete/", page=f"/join/{self.code}/class/")

    @asynccontextmanager
    async def socket(self, *, greet: bool = True) -> AsyncIterator[Socket]:
        async with open_socket(self.server, f"/ws/class/{self.code}/", self.cookies) as socket:
            if greet:
                await socket.say(type="hello", version=1)
                await socket.expect("hello")
            yield socket


@asynccontextmanager
async def open_socket(
    server: Server, path: str, cookies: str = "", origin: str | None = ""
) -> AsyncIterator[Socket]:
    """A socket of the server's own pages; origin: another one than theirs, None for none."""
    async with connect(
        server.socket_url + path,
        origin=None if origin is None else Origin(origin or server.base_url),
        additional_headers={"Cookie": cookies} if cookies else {},
        compression=None,
    ) as connection:
        yield Socket(connection)


class Socket:
    """Messages as dictionaries; everything that came is kept in `heard`.

    Each is compared with the protocol: msgspec.ValidationError where it is none of its messages.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.heard: list[dict[str, Any]] = []

    async def say(self, **message: Any) -> None:
        await self.connection.send(json.dumps(message))

    async def hear(self) -> dict[str, Any]:
        async with asyncio.timeout(WITHIN_S):
            text = await self.connection.recv()
        message: dict[str, Any] = json.loads(text)
        _messages.decode(text)
        self.heard.append(message)
        return message

    async def expect(self, *types: str) -> dict[str, Any]:
        """The next message of one of these types."""
        while True:
            message = await self.hear()
            if message["type"] in types:
                return message

    async def expect_that(self, check: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next message that fulfils the check."""
        while True:
            message = await self.hear()
            if check(message):
                return message

    async def frame(self, jpeg: bytes) -> dict[str, Any]:
        """Send a frame; returns its answer."""
        await self.connection.send(jpeg)
        return await self.expect("result", "error", "shed")

    async def closed(self) -> tuple[int, dict[str, Any]]:
        """Wait for the server to close; returns the code and the last message."""
        with pytest.raises(ConnectionClosed) as closed:
            await self.expect_that(lambda message: False)
        frame = closed.value.rcvd
        assert frame, "the server closed without a close frame"
        return int(frame.code), self.heard[-1] if self.heard else {}


def until(check: Callable[[], bool], within_s: float = WITHIN_S) -> None:
    """Wait until the check holds; it fails as an assertion."""
    deadline = time.monotonic() + within_s
    while not _holds(check):
        assert time.monotonic() < deadline, f"this did not hold within {within_s} s"
        time.sleep(0.05)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except urllib.error.HTTPError as error:
        # The database may be what is waited for.
        if error.code != 503:
            raise
        return False
    except OperationalError:
        # In memory SQLite locks a table for readers while another thread writes it.
        return False


def empty_frame() -> bytes:
    """A small picture without a face."""
    return encode_jpeg(np.full((60, 80, 3), 120, np.uint8), QUALITY)


def claiming_size(frame: bytes, width: int, height: int) -> bytes:
    """The JPEG with another size in its header."""
    at = frame.index(b"\xff\xc0") + 5
    return frame[:at] + height.to_bytes(2) + width.to_bytes(2) + frame[at + 4 :]
