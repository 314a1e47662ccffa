"""What could not be stored before the end: files in DATA_DIR that the next start stores."""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from inference.labels import EMOTIONS
from sessions.models import Sample

logger = logging.getLogger(__name__)

FIELDS: Final = (
    "session_id", "participant_id", "second", "faces",
    *EMOTIONS, "emotion", "engagement", "model_name",
)  # fmt: skip


class Journal:
    """One JSON object a line: numbers only, never a frame. A file is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first file."""
        self._folder = folder

    def files(self) -> list[Path]:
        """The files that wait, the oldest first."""
        return sorted(self._folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime)

    def write(
        self,
        samples: Iterable[Sample],
        cameras: Mapping[int, str],
        closed: Mapping[int, datetime],
    ) -> Path:
        """Keep samples, camera states by participant and ends of connections. Raises OSError."""
        lines: list[dict[str, Any]] = [
            {"at": sample.at.isoformat(), **{name: getattr(sample, name) for name in FIELDS}}
            for sample in samples
        ]
        lines += [{"camera": state, "participant_id": key} for key, state in cameras.items()]
        lines += [{"closed": at.isoformat(), "connection_id": key} for key, at in closed.items()]
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._folder / f"{uuid.uuid4().hex}.draft"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        return draft.rename(draft.with_suffix(".jsonl"))

    def read(self, path: Path) -> tuple[list[Sample], dict[int, str], dict[int, datetime]]:
        """What write() was given. A damaged line is logged and left out."""
        samples: list[Sample] = []
        cameras: dict[int, str] = {}
        closed: dict[int, datetime] = {}
        for line in _lines(path):
            try:
                if "camera" in line:
                    cameras[int(line["participant_id"])] = str(line["camera"])
                elif "closed" in line:
                    moment = datetime.fromisoformat(line["closed"])
                    closed[int(line["connection_id"])] = moment
                else:
                    values = {name: line[name] for name in FIELDS}
                    samples.append(Sample(at=datetime.fromisoformat(line["at"]), **values))
            except (KeyError, TypeError, ValueError) as error:
                logger.error("A line of %s makes no sense and is left out: %s", path.name, error)
        return samples, cameras, closed

    def set_aside(self, path: Path) -> None:
        """Keep a file that cannot be read out of the way of later starts."""
        path.rename(path.with_suffix(".damaged"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for number, raw in enumerate(file, 1):
            try:
                line = json.loads(raw)
            except ValueError:
                line = None
            if isinstance(line, dict):
                yield line
            else:
                logger.error("Line %d of %s is damaged and left out", number, path.name)
