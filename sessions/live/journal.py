"""What could not be stored before the end: files in DATA_DIR that the next start stores."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils.timezone import is_aware

from inference.labels import EMOTIONS
from sessions.live.ahead import adopt
from sessions.models import Participant, RoomSample, Sample

logger = logging.getLogger(__name__)

ENDING: Final = ".jsonl"
FIELDS: Final = (
    "session_id", "participant_id", "second", "faces",
    *EMOTIONS, "emotion", "engagement", "model_name",
)  # fmt: skip
NEWER: Final = ("detector", "definition", "expression", "facing", "direction")
"""Fields that a file of an earlier version has not."""
ROOM_FIELDS: Final = (
    "session_id", "second", "faces", "facing", *EMOTIONS, "model_name", "detector"
)  # fmt: skip


@dataclass(slots=True)
class Entries:
    """What a file holds: samples, camera states by participant, ends of connections, and samples
    of rooms."""

    samples: list[Sample] = field(default_factory=list)
    cameras: dict[int, str] = field(default_factory=dict)
    closed: dict[int, datetime] = field(default_factory=dict)
    rooms: list[RoomSample] = field(default_factory=list)
    damaged: list[bytes] = field(default_factory=list)
    """Lines that make no sense."""


class Journal:
    """One JSON object a line: numbers only, never a frame. A file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first file."""
        self._folder = folder

    def files(self) -> list[Path]:
        """The files that wait, the oldest first."""
        return sorted(self._folder.glob(f"*{ENDING}"))

    def adopt(self) -> None:
        """Have what killed processes left behind wait, too."""
        adopt(self._folder, ENDING)

    def write(self, entries: Entries) -> Path:
        """Keep them; the file's path. Raises OSError, and leaves no part of a file then."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{time.time_ns():020}-{uuid.uuid4().hex}{ENDING}"
        _write_whole(path, b"".join(_lines(entries)))
        return path

    def read(self, path: Path) -> Entries:
        """What write() was given, and the damaged lines, which are logged. Raises OSError."""
        entries = Entries()
        for number, raw in enumerate(path.read_bytes().splitlines(), 1):
            try:
                _load(json.loads(raw), entries)
            except (KeyError, TypeError, ValueError) as error:
                entries.damaged.append(raw)
                # The message of an error may quote a value.
                kind = type(error).__name__
                logger.error("Line %d of %s is damaged: %s", number, path.name, kind)
        return entries

    def finish(self, path: Path, entries: Entries) -> None:
        """Delete a file whose entries are stored; its damaged lines stay beside it."""
        if entries.damaged:
            aside = path.with_suffix(".damaged")
            _write_whole(aside, b"".join(line + b"\n" for line in entries.damaged))
            logger.error("%d damaged lines are set aside in %s", len(entries.damaged), aside)
        path.unlink(missing_ok=True)

    def forget(self, limit: datetime) -> None:
        """Delete what was set aside before the limit, and what a power cut left half written."""
        for path in [*self._folder.glob("*.damaged"), *self._folder.glob("*.draft")]:
            with contextlib.suppress(FileNotFoundError):
                if path.stat().st_mtime < limit.timestamp():
                    path.unlink()


def _lines(entries: Entries) -> Iterator[bytes]:
    for sample in entries.samples:
        if line := line_of(sample):
            yield line
    for room in entries.rooms:
        values = {name: getattr(room, name) for name in ROOM_FIELDS}
        yield _line({"room": room.at.isoformat(), **values})
    for participant_id, state in entries.cameras.items():
        yield _line({"camera": state, "participant_id": participant_id})
    for connection_id, at in entries.closed.items():
        yield _line({"closed": at.isoformat(), "connection_id": connection_id})


def line_of(sample: Sample) -> bytes:
    """One sample's line; empty for one that makes no sense, which is logged."""
    try:
        values = {name: getattr(sample, name) for name in (*FIELDS, *NEWER)}
        return _line({"at": sample.at.isoformat(), **values})
    except (AttributeError, TypeError, ValueError):
        # The database would refuse it as well.
        who = sample.participant_id
        logger.warning("A sample of participant %s makes no sense and is dropped", who)
        return b""


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, default=float).encode() + b"\n"


def _load(line: dict[str, Any], entries: Entries) -> None:
    """Raises KeyError, TypeError or ValueError where the line makes no sense."""
    if "camera" in line:
        entries.cameras[int(line["participant_id"])] = Participant.Camera(line["camera"]).value
    elif "closed" in line:
        entries.closed[int(line["connection_id"])] = _moment(line["closed"])
    elif "room" in line:
        values = {name: line[name] for name in ROOM_FIELDS}
        entries.rooms.append(RoomSample(at=_moment(line["room"]), **values))
    else:
        values = {name: line[name] for name in FIELDS}
        values |= {name: line.get(name) for name in NEWER}
        entries.samples.append(Sample(at=_moment(line["at"]), **values))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if not is_aware(moment):
        raise ValueError("a moment without a time zone")
    return moment


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file for its owner alone that is on the disk before it has its name."""
    draft = path.with_suffix(".draft")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
