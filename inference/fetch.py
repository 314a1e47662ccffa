"""Model files that come from elsewhere: fetched by pooch, verified, and only then put in place."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pooch
from pooch.hashes import hash_matches
from requests import RequestException

from inference.vggface2 import first_difference

TIMEOUT_S: Final = 30.0
RETRIES: Final = 2
"""After a download that failed or was damaged; pooch waits a second, then two."""
CHUNK: Final = 1 << 16
BACKBONE_FILE: Final = "rcmalli_vggface_tf_notop_resnet50.h5"
DLIB_FILE: Final = "dlib_face_recognition_resnet_model_v1.dat"
DLIB_SHA256: Final = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
OTHERWISE: Final = (
    "Without a connection, get the file on another computer and name its folder, or a mirror "
    "of it, with --from."
)

Getter = Callable[[str, Path, str], None]
"""Gets from a URL into a path the file of this name."""


class FetchError(RuntimeError):
    """A file that was not fetched; the message says why and what to do."""


def _no_fault(path: Path) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the catalogue.

    url: where it is published. licence: what one must know before using it. sha256: None where
    nobody publishes one. fault: what else is wrong with a file in words, None where it passes.
    proof: what passing means.
    """

    name: str
    file: str
    url: str
    licence: str
    sha256: str | None
    fault: Callable[[Path], str | None] = _no_fault
    proof: str = "its sha256 is the known one"

    def is_whole(self, path: Path) -> bool:
        """Whether a file passes."""
        return bool(hash_matches(str(path), self.sha256)) and self.fault(path) is None


CATALOGUE: Final[Mapping[str, Download]] = MappingProxyType(
    {
        download.name: download
        for download in (
            Download(
                name="dlib_face",
                file=DLIB_FILE,
                url="https://github.com/ageitgey/face_recognition_models/raw/master/"
                f"face_recognition_models/models/{DLIB_FILE}",
                licence="CC0 1.0, public domain",
                sha256=DLIB_SHA256,
            ),
            # Nobody publishes a sha256 of the backbone, so its layout is all there is to check.
            Download(
                name="vggface2_resnet50",
                file=BACKBONE_FILE,
                url="https://github.com/rcmalli/keras-vggface/releases/download/v2.0/"
                f"{BACKBONE_FILE}",
                licence="non-commercial research only; mind it with whatever is trained from it",
                sha256=None,
                fault=first_difference,
                proof="its layout is the published one; its numbers cannot be checked, as no "
                "sha256 of it is known",
            ),
        )
    }
)
"""What fetch can get, by name."""


def fetch(download: Download, folder: Path, source: str | None = None) -> bool:
    """Put a file of the catalogue into folder, verified. False where it already was there.

    source: a folder or the base URL of a mirror that has the file under its own name; None
    for where it is published. A download that fails is tried again. A file in place that fails
    verification is set aside as FILE.bad. Raises FetchError, and OSError where the folder cannot
    be written.
    """
    target = folder / download.file
    if target.exists():
        if download.is_whole(target):
            return False
        target.replace(target.with_name(f"{download.file}.bad"))
    is_url = source is None or source.startswith(("http://", "https://"))
    url = f"{source.rstrip('/')}/{download.file}" if source and is_url else download.url
    get = _over_http if source is None or is_url else _out_of(Path(source).expanduser())
    files = pooch.create(
        path=folder,
        base_url="",
        registry={download.file: download.sha256},
        urls={download.file: url},
        retry_if_failed=RETRIES if is_url else 0,
    )
    try:
        files.fetch(download.file, downloader=_verified(download, get))
    except RequestException as error:
        raise FetchError(f"{url} {_reason(error)}. {OTHERWISE}") from None
    except ValueError as error:
        raise FetchError(
            f"What came from {source or url} is not {download.file}: {error} Run the command "
            "again, or name another source with --from."
        ) from None
    return True


def _verified(download: Download, get: Getter) -> Callable[[str, str, Any], None]:
    """Get the file and look at it before pooch, which knows the sha256 alone, puts it in place."""

    def get_and_verify(url: str, output: str, files: Any) -> None:
        get(url, Path(output), download.file)
        fault = download.fault(Path(output))
        if fault is not None:
            raise ValueError(f"{fault}.")

    return get_and_verify


def _over_http(url: str, path: Path, name: str) -> None:
    get = pooch.HTTPDownloader(progressbar=True, chunk_size=CHUNK, timeout=TIMEOUT_S)
    get(url, str(path), None)


def _out_of(folder: Path) -> Getter:
    """Takes the file out of a folder. Raises FetchError where it is not there."""
    if not folder.is_dir():
        raise FetchError(f"{folder} is neither a folder nor a URL; name with --from one of them.")

    def copy(url: str, path: Path, name: str) -> None:
        try:
            shutil.copyfile(folder / name, path)
        except FileNotFoundError:
            raise FetchError(f"{folder} has no {name}; put it there or leave --from out.") from None

    return copy


def _reason(error: RequestException) -> str:
    """What happened, from what requests wraps around it."""
    if error.response is not None:
        return f"answered {error.response.status_code} {error.response.reason}"
    inner: object = error.args[0] if error.args else error
    return f"could not be fetched ({getattr(inner, 'reason', inner)})"
