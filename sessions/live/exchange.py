"""The channel layer as a serving process uses it: one channel, and a group for each session."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from channels.layers import get_channel_layer

from sessions.live.counters import Counters
from sessions.live.probes import Finding

logger = logging.getLogger(__name__)

Hear = Callable[[dict[str, Any]], Awaitable[None]]


class Exchange:
    """Every step may meet a layer that is away: that is noted, and the process goes on.

    finding: what the probes know of the layer; they see the end of an outage.
    """

    def __init__(self, finding: Finding, counters: Counters) -> None:
        self._finding = finding
        self._counters = counters
        self._channel = ""

    async def listen(self, groups: Iterable[str], hear: Hear) -> None:
        """Take in the groups' messages for ever; it returns while the layer is away.

        hear gets no message of this process's own.
        """
        layer = get_channel_layer()
        assert layer is not None, "settings.CHANNEL_LAYERS always names one"
        try:
            self._channel = await layer.new_channel()
        except Exception as error:
            self._note_failure(error)
            return
        for group in groups:
            await self.subscribe(group)
        while True:
            message = await layer.receive(self._channel)
            try:
                if message.pop("from", None) != self._channel:
                    await hear(message)
            except Exception:
                self._counters.add("tasks_failed")
                logger.exception("News of the type %s could not be taken in", message.get("type"))

    async def subscribe(self, group: str) -> None:
        """Hear this group, too; once more changes nothing."""
        if self._channel:
            await self._with_layer("group_add", group, self._channel)

    async def unsubscribe(self, group: str) -> None:
        """Hear this group no more."""
        if self._channel:
            await self._with_layer("group_discard", group, self._channel)

    async def send(self, group: str, message: dict[str, Any]) -> None:
        """Tell the other processes; nothing is tried while the layer is known to be away."""
        if self._finding.ok:
            await self._with_layer("group_send", group, {**message, "from": self._channel})

    async def _with_layer(self, step: str, *arguments: Any) -> None:
        try:
            await getattr(get_channel_layer(), step)(*arguments)
        except Exception as error:
            self._note_failure(error)

    def _note_failure(self, error: Exception) -> None:
        """Once an outage."""
        if self._finding.ok:
            self._finding.take(str(error) or type(error).__name__)
            logger.error("News cannot be exchanged with other processes: %s", error)
