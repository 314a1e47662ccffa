"""What a model's folder says about itself, and whether its files are the ones it names."""

import hashlib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta, Struct

from inference.labels import EMOTIONS
from inference.preprocessing import PREPROCESSINGS

FILE: Final = "manifest.json"
ARCHITECTURE_FILE: Final = "model.json"
WEIGHTS_FILE: Final = "weights.npz"

Text = Annotated[str, Meta(min_length=1)]
Count = Annotated[int, Meta(ge=1)]
Positive = Annotated[float, Meta(gt=0)]
FileName = Annotated[str, Meta(pattern=r"^\w[\w.-]*$")]
"""Without a folder."""
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""A sha256, hexadecimal."""


class ModelError(ValueError):
    """A model that cannot be used; the message names the file and says what to do."""


class Input(Struct, frozen=True):
    """The faces a model takes.

    size: their side in pixels. channels: 1 for grey, 3 for BGR. preprocessing: a name in
    PREPROCESSINGS.
    """

    size: Count
    channels: int
    preprocessing: str

    def __post_init__(self) -> None:
        known = PREPROCESSINGS.get(self.preprocessing)
        if known is None:
            names = ", ".join(PREPROCESSINGS)
            raise ValueError(f"preprocessing must be one of {names}, got {self.preprocessing!r}")
        if self.channels != known.channels:
            raise ValueError(
                f"channels must be {known.channels} for {self.preprocessing}, got {self.channels}"
            )


class Manifest(Struct, frozen=True):
    """A model's manifest; what it holds beyond this is passed over.

    initial_weights: what training began with. parameters: how many. files: the sha256 of each by
    name. measured: figures by split, as training wrote them; int8: the same on OpenVINO in int8,
    of a model that has it. lineage: the trainings that led to the weights, where they are told.
    folder: where the manifest was found.
    """

    format: Literal[1]
    name: Text
    title: Text
    architecture: Text
    created: Text
    labels: tuple[str, ...]
    input: Input
    temperature: Positive
    initial_weights: Text
    parameters: Count
    files: dict[FileName, Digest]
    measured: dict[str, dict[str, Any]]
    folder: Path
    lineage: tuple[dict[str, Any], ...] = ()
    int8: dict[str, dict[str, Any]] = {}

    def __post_init__(self) -> None:
        if self.labels != EMOTIONS:
            raise ValueError(f"labels must be {list(EMOTIONS)}, got {list(self.labels)}")
        for name in (ARCHITECTURE_FILE, WEIGHTS_FILE):
            if name not in self.files:
                raise ValueError(f"files must name {name}, got {list(self.files)}")

    @property
    def size(self) -> int:
        """Side of the faces in pixels."""
        return self.input.size

    @property
    def channels(self) -> int:
        """1 for grey faces, 3 for BGR."""
        return self.input.channels

    @property
    def preprocessing(self) -> str:
        """A name in PREPROCESSINGS."""
        return self.input.preprocessing


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
        content = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
        return msgspec.convert({**content, "folder": folder}, Manifest)
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({error.strerror}); name a model's folder."
        ) from None
    except msgspec.ValidationError as error:
        raise ModelError(f"{path}: {error}. Export the model again.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ModelError(f"{path} is not JSON: {error}. Export the model again.") from None


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
