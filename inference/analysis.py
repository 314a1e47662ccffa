"""What a service asks of whatever analyses its frames: threads of this process, or Ray Serve."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from inference.pictures import PictureResult
from inference.pipeline import FrameResult

COUNTED: Final = (
    "submitted", "answered", "rejected", "shed", "failed", "abandoned",
    "batches", "hung", "restarts",
)  # fmt: skip
"""What stats() counts of every analysis."""


class Shed(Exception):
    """The frame was not looked at: too many wait, it hung, or the server is stopping."""


class AnalysisFailed(RuntimeError):
    """The analysis of this frame failed inside; the log has the reason."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is served.

    model: a folder of models_dir, None where only presence may be counted. detector, runtime:
    names in inference.runtimes. compiled: the folder of models made for this site. max_bytes,
    max_pixels: of a frame. recorded: whether a frame that brings its answer along gets that one
    (inference.recorded), as in a demonstration. threads: cores that a look at frames may use, 0
    for all of the machine.
    """

    models_dir: Path
    model: str | None
    detector: str
    runtime: str
    compiled: Path
    max_bytes: int
    max_pixels: int
    recorded: bool = False
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Served:
    """What frames are looked at with. precision: that emotions are computed in, or faces found."""

    detector: str
    runtime: str
    precision: str


Models = Literal["none", "served", "every"]
"""Which are asked about a picture; of "every" the served one comes first."""


class Analysis(Protocol):
    """Made when everything is loaded and warm. From any thread, analyse() from event loops."""

    @property
    def served(self) -> Served:
        """What frames are looked at with."""
        ...

    async def analyse(self, jpeg: bytes, *, group: int, member: int) -> FrameResult:
        """Analyse one frame of a member of a group.

        Raises FrameError for a frame that cannot be read, Shed for one that was not looked at,
        and AnalysisFailed when looking at it failed. Cancelling is safe at any time.
        """
        ...

    def picture(
        self, jpeg: bytes, max_bytes: int, max_pixels: int, models: Models
    ) -> PictureResult:
        """Every face of one picture, a whole JPEG; blocks. Raises as analyse() does."""
        ...

    @property
    def is_healthy(self) -> bool:
        """Whether frames are answered."""
        ...

    def wait_for_room(self, within_s: float) -> bool:
        """Block until the frames that wait leave room for a picture; False where they do not."""
        ...

    def capacity(self) -> float | None:
        """Frames a second that can be answered; None as long as that was not put to the test."""
        ...

    def stats(self) -> dict[str, int | float]:
        """Counters since the start; see inference.batcher.Batcher.stats()."""
        ...

    def stop(self) -> None:
        """Shed what waits and end the threads."""
        ...
