"""What an export says of itself; each file of this folder lists its own as EXPORTS."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from sessions.reports.session import SessionReport

Content = str | bytes | AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Export:
    """One kind of download.

    kind: in its address. place: where it stands among the links, the lowest first. label,
    about: of its link. ending: of the file's name. make: its content, whole or in parts.
    is_empty: whether there is nothing in it, so that it is not offered.
    """

    kind: str
    place: int
    label: str
    about: str
    ending: str
    content_type: str
    make: Callable[[SessionReport], Content]
    is_empty: Callable[[SessionReport], bool] = lambda report: False
