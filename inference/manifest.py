"""What a model's folder says about itself, and whether its files are the ones it names."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from inference.labels import EMOTIONS
from inference.preprocessing import PREPROCESSINGS

FORMAT: Final = 1
FILE: Final = "manifest.json"
ARCHITECTURE_FILE: Final = "model.json"
WEIGHTS_FILE: Final = "weights.npz"


class ModelError(ValueError):
    """A model that cannot be used; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A model's manifest.

    size: side of the faces in pixels. channels: 1 for grey, 3 for BGR. preprocessing: a name
    in PREPROCESSINGS. initial_weights: what training began with. measured: figures by split,
    as training wrote them. milliseconds_a_face: by batch size, where they were measured.
    """

    folder: Path
    name: str
    title: str
    architecture: str
    created: str
    size: int
    channels: int
    preprocessing: str
    temperature: float
    initial_weights: str
    parameters: int
    files: Mapping[str, str]
    measured: Mapping[str, Mapping[str, Any]]
    milliseconds_a_face: Mapping[str, float]


def available_models(models_dir: Path) -> list[str]:
    """Names of the folders that hold a manifest, sorted."""
    return sorted(file.parent.name for file in models_dir.glob(f"*/{FILE}"))


def find_model(models_dir: Path, name: str) -> Path:
    """The folder of a model by its name. Raises ModelError, which lists those that exist."""
    known = available_models(models_dir)
    if name not in known:
        listed = ", ".join(known) or "none"
        raise ModelError(f"There is no model {name!r} in {models_dir}; models there: {listed}.")
    return models_dir / name


def read_manifest(folder: Path) -> Manifest:
    """Read and check manifest.json; the other files are not looked at.

    Raises ModelError for a manifest that is missing, no JSON, of another format, or made for
    other labels, input or preprocessing than this program's.
    """
    path = folder / FILE
    try:
        content = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}); name a model's folder."
        ) from None
    except ValueError as error:
        raise ModelError(f"{path} is not JSON: {error}. Export the model again.") from None
    if not isinstance(content, dict):
        raise ModelError(f"{path} must hold a JSON object. Export the model again.")
    return _Reader(path, content).manifest()


def verify_files(manifest: Manifest) -> None:
    """Compare every file with its sha256. Raises ModelError for a missing or altered one."""
    for name, expected in manifest.files.items():
        path = manifest.folder / name
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ModelError(
                f"{path} cannot be read ({error.strerror}); fetch or export the model again."
            ) from None
        if found != expected:
            raise ModelError(
                f"{path} was altered: its sha256 is {found}, its manifest says {expected}; "
                "fetch or export the model again."
            )


class _Reader:
    """Takes typed values out of the manifest's JSON and says which one is wrong."""

    def __init__(self, path: Path, content: dict[str, Any]) -> None:
        self.path = path
        self.content = content

    def manifest(self) -> Manifest:
        self._expect("format", self.content.get("format"), FORMAT)
        self._expect("labels", self.content.get("labels"), list(EMOTIONS))
        given = self._object("input")
        preprocessing = self._preprocessing(given.get("preprocessing"))
        channels = PREPROCESSINGS[preprocessing].channels
        self._expect("input.channels", given.get("channels"), channels)
        return Manifest(
            folder=self.path.parent,
            name=self._text("name"),
            title=self._text("title"),
            architecture=self._text("architecture"),
            created=self._text("created"),
            size=self._whole("input.size", given.get("size")),
            channels=channels,
            preprocessing=preprocessing,
            temperature=self._temperature(),
            initial_weights=self._text("initial_weights"),
            parameters=self._whole("parameters", self.content.get("parameters")),
            files=self._files(),
            measured=self._measured(),
            milliseconds_a_face=self._milliseconds(),
        )

    def _wrong(self, field: str, wanted: str, value: object) -> ModelError:
        return ModelError(f"{self.path}: {field} must be {wanted}, got {value!r}.")

    def _expect(self, field: str, value: object, wanted: object) -> None:
        if type(value) is not type(wanted) or value != wanted:
            raise self._wrong(field, repr(wanted), value)

    def _object(self, field: str) -> dict[str, Any]:
        value = self.content.get(field)
        if not isinstance(value, dict):
            raise self._wrong(field, "an object", value)
        return value

    def _text(self, field: str) -> str:
        value = self.content.get(field)
        if not isinstance(value, str) or not value:
            raise self._wrong(field, "a text", value)
        return value

    def _whole(self, field: str, value: object) -> int:
        if type(value) is not int or value < 1:
            raise self._wrong(field, "a whole number of at least 1", value)
        return value

    def _preprocessing(self, value: object) -> str:
        if not isinstance(value, str) or value not in PREPROCESSINGS:
            raise self._wrong("input.preprocessing", f"one of {', '.join(PREPROCESSINGS)}", value)
        return value

    def _temperature(self) -> float:
        value: Any = self.content.get("temperature")
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not (math.isfinite(value) and value > 0):
            raise self._wrong("temperature", "a number above 0", value)
        return float(value)

    def _files(self) -> dict[str, str]:
        files = self._object("files")
        for name in (ARCHITECTURE_FILE, WEIGHTS_FILE):
            if name not in files:
                raise self._wrong("files", f"an object with {name}", files)
        for name, digest in files.items():
            if Path(name).name != name:
                raise self._wrong("files", "names without a folder", name)
            if not isinstance(digest, str):
                raise self._wrong(f"files.{name}", "a sha256", digest)
        return files

    def _milliseconds(self) -> dict[str, float]:
        field = "milliseconds_a_face"
        times = self._object(field) if field in self.content else {}
        for size, time in times.items():
            if type(time) is not float or not (math.isfinite(time) and time > 0):
                raise self._wrong(f"{field}.{size}", "a number above 0 with a point", time)
        return times

    def _measured(self) -> dict[str, dict[str, Any]]:
        measured = self._object("measured")
        for split, figures in measured.items():
            if not isinstance(figures, dict):
                raise self._wrong(f"measured.{split}", "an object", figures)
        return measured
