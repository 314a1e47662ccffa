"""Requests as they come in: bodies stay in memory and bounded, and nobody keeps one half sent.

A body may hold a face. Twisted writes one of 100 kB or more to a temporary file, and so does
Django with one over FILE_UPLOAD_MAX_MEMORY_SIZE; here a larger one is dropped and answered 413.
"""

from __future__ import annotations

import time
from collections import Counter
from io import BytesIO
from typing import Any, Final

from daphne.http_protocol import WebRequest
from django.conf import settings
from twisted.internet.protocol import connectionDone
from twisted.web.http import HTTPChannel

MOST_HELD: Final = 48_000_000
"""Bytes of bodies that are still coming in, of everybody together."""
MOST_HELD_OF_PEER: Final = 12_000_000
SENT_WITHIN_S: Final = 20.0
"""For a whole request, headers and body."""
MOST_SENDING_OF_PEER: Final = 500
"""Requests that are half sent at one moment: a whole school stands behind one address."""

_held: Counter[str] = Counter()
_sending: Counter[str] = Counter()


class BoundedChannel(HTTPChannel):
    """One connection; closed when its request does not come, or too many of its peer are coming.

    One that sends nothing at all is closed by Twisted's own patience of a minute.
    """

    transport: Any
    _deadline: Any = None
    _peer = ""

    def lineReceived(self, line: bytes) -> None:
        if self._deadline is None and not self._start_clock():
            return
        super().lineReceived(line)

    def allContentReceived(self) -> None:
        self._stop_clock()
        super().allContentReceived()

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self._stop_clock()
        super().connectionLost(reason)

    def _start_clock(self) -> bool:
        """The first line of a request has come; False where its peer sends too many."""
        self._peer = _peer_of(self)
        self._deadline = self.callLater(SENT_WITHIN_S, self._too_slow)
        _sending[self._peer] += 1
        if self._peer and _sending[self._peer] > MOST_SENDING_OF_PEER:
            self._refuse(b"503 Service Unavailable")
            return False
        return True

    def _stop_clock(self) -> None:
        deadline, self._deadline = self._deadline, None
        if deadline is None:
            return
        _take(_sending, self._peer, 1)
        if deadline.active():
            deadline.cancel()

    def _too_slow(self) -> None:
        self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        self._stop_clock()
        self.transport.write(b"HTTP/1.1 " + status + b"\r\nConnection: close\r\n\r\n")
        self.transport.loseConnection()


def _peer_of(channel: Any) -> str:
    """Behind the site's own proxies all have one peer, and only the bounds of everybody hold."""
    if settings.TRUSTED_PROXIES or channel.transport is None:
        return ""
    return str(getattr(channel.transport.getPeer(), "host", ""))


def _take(counts: Counter[str], key: str, amount: int) -> None:
    counts[key] -= amount
    if counts[key] <= 0:
        del counts[key]


class MemoryRequest(WebRequest):
    """Daphne's request, with its body in memory."""

    is_too_long = False
    is_refused = False
    _counted = 0
    _counted_for = ""

    def gotLength(self, length: int | None) -> None:
        self.content = BytesIO()

    def handleContentChunk(self, data: bytes) -> None:
        if self.content.tell() + len(data) > settings.FILE_UPLOAD_MAX_MEMORY_SIZE:
            self.is_too_long = True
        elif not self._has_room(len(data)):
            self.is_refused = True
        if self.is_too_long or self.is_refused:
            self._release()
            self.content = BytesIO()
        else:
            self._count(len(data))
            self.content.write(data)

    def process(self) -> None:
        self._release()
        if not self.is_too_long and not self.is_refused:
            super().process()
            return
        self.request_start = time.time()
        if self.is_refused:
            self.basic_error(503, b"Service Unavailable", "Too much is being sent now.")
            return
        limit = settings.FILE_UPLOAD_MAX_MEMORY_SIZE
        self.basic_error(413, b"Content Too Large", f"At most {limit:,} bytes can be sent.")

    def connectionLost(self, reason: Any) -> None:
        self._release()
        super().connectionLost(reason)

    def _has_room(self, more: int) -> bool:
        peer = _peer_of(self.channel)
        most = MOST_HELD_OF_PEER if peer else MOST_HELD
        return _held.total() + more <= MOST_HELD and _held[peer] + more <= most

    def _count(self, more: int) -> None:
        self._counted_for = _peer_of(self.channel)
        _held[self._counted_for] += more
        self._counted += more

    def _release(self) -> None:
        if self._counted:
            _take(_held, self._counted_for, self._counted)
            self._counted = 0
