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
    is_empty: whether there is nothing in it, so that it is not offered. needs_samples: whether it
    is made of single samples, which are deleted before the session is. takes_seconds: whether the
    page says that it is being made.
    """

    kind: str
    place: int
    label: str
    about: str
    ending: str
    content_type: str
    make: Callable[[SessionReport], Content]
    is_empty: Callable[[SessionReport], bool] = lambda report: False
    needs_samples: bool = False
    takes_seconds: bool = False

    def is_offered(self, report: SessionReport) -> bool:
        return not self.is_empty(report) and not (self.needs_samples and report.is_thinned)
