"""What becomes of a frame that gives no result: one answer, and one count. Pure."""

from __future__ import annotations

import logging
from collections.abc import Awaitable
from typing import TypeVar

from inference.analysis import Shed
from inference.frames import FrameError
from sessions.live import protocol
from sessions.live.counters import Counters

logger = logging.getLogger(__name__)

T = TypeVar("T")


class Looking:
    """Of the frames of one session."""

    def __init__(self, session_id: int, counters: Counters) -> None:
        self._session_id = session_id
        self._counters = counters

    async def at(self, seq: int, analysis: Awaitable[T]) -> T | protocol.Fault | protocol.Shed:
        """What the analysis of frame seq finds, or the answer to a frame that it cannot use."""
        try:
            return await analysis
        except FrameError as error:
            return self.refuse(seq, error.code, str(error))
        except Shed as reason:
            return self.shed(seq, str(reason))
        except Exception:
            logger.exception("A frame of session %s could not be analysed", self._session_id)
            return self.refuse(seq, "failed", "The analysis failed. Send the next frame.")

    def refuse(self, seq: int, code: str, reason: str) -> protocol.Fault:
        """The answer to a frame that cannot be analysed."""
        self._counters.refuse(code)
        return protocol.Fault(code, reason, seq)

    def shed(self, seq: int, reason: str) -> protocol.Shed:
        """The answer to a frame that was not looked at."""
        self._counters.add("frames_shed")
        return protocol.Shed(seq, reason)
