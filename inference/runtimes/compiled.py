"""Models made for OpenVINO, once, by a process of its own that has TensorFlow, and kept."""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec

from inference.manifest import ARCHITECTURE_FILE, WEIGHTS_FILE, Manifest, ModelError
from inference.paths import REPOSITORY

FORMAT: Final = 1
"""Changes with what `inference.runtimes.convert` makes."""
MODEL: Final = "model.xml"
WEIGHTS: Final = "model.bin"
SEAL: Final = "sha256.json"
"""Written last: without it, or with another hash, a folder is half written."""

logger = logging.getLogger(__name__)


def compiled_model(manifest: Manifest, kept: Path) -> Path:
    """The model's file for OpenVINO; made first where it is not there, or damaged.

    manifest: of a folder whose files are verified. kept: the folder of all compiled models.
    Raises ModelError where it cannot be made.
    """
    folder = kept / f"{manifest.folder.name}-{_digest(manifest)}"
    if not _is_whole(folder):
        _make(manifest, folder)
    return folder / MODEL


def _digest(manifest: Manifest) -> str:
    """Of all that what is made depends on."""
    parts: list[Any] = [
        FORMAT,
        version("openvino"),
        manifest.temperature,
        *(manifest.files[name] for name in (ARCHITECTURE_FILE, WEIGHTS_FILE)),
    ]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def _is_whole(folder: Path) -> bool:
    try:
        seal = msgspec.json.decode((folder / SEAL).read_bytes(), type=dict[str, str])
        return seal == _hashes(folder)
    except (OSError, msgspec.DecodeError):
        return False


def _hashes(folder: Path) -> dict[str, str]:
    return {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (MODEL, WEIGHTS)
    }


def _make(manifest: Manifest, folder: Path) -> None:
    logger.warning("Preparing %s for OpenVINO; this happens once", manifest.folder.name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            _convert(manifest, draft / MODEL)
            (draft / SEAL).write_bytes(msgspec.json.encode(_hashes(draft)))
            _put(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            f"{folder} cannot be written ({error.strerror}): give DATA_DIR room and rights, or "
            "set INFERENCE_RUNTIME=tensorflow."
        ) from None
    _remove_older(folder)


def _convert(manifest: Manifest, target: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "inference.runtimes.convert", str(manifest.folder), str(target)],
        cwd=REPOSITORY,
        env={**os.environ, "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ModelError(last.removeprefix("error: "))


def _put(draft: Path, folder: Path) -> None:
    """In place of what is there, unless another process was quicker."""
    if folder.exists() and not _is_whole(folder):
        shutil.rmtree(folder)
    try:
        draft.rename(folder)
    except OSError:
        if not _is_whole(folder):
            raise


def _remove_older(folder: Path) -> None:
    """What was made of the same model's earlier files, or by an earlier version."""
    name = folder.name.rpartition("-")[0]
    for other in folder.parent.glob(f"{name}-*"):
        if other != folder and other.name.rpartition("-")[0] == name:
            shutil.rmtree(other, ignore_errors=True)
