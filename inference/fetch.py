"""Model files that come from elsewhere: fetched, resumed, verified, and only then put in place."""

import hashlib
import http.client
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final

from tqdm import tqdm

from inference.paths import YUNET_FILE
from inference.vggface2 import first_difference

TIMEOUT_S: Final = 30.0
CHUNK: Final = 1 << 16
YUNET_SHA256: Final = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
BACKBONE_FILE: Final = "rcmalli_vggface_tf_notop_resnet50.h5"
DLIB_FILE: Final = "dlib_face_recognition_resnet_model_v1.dat"
DLIB_SHA256: Final = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
OTHERWISE: Final = (
    "Without a connection, get the file on another computer and name its folder, or a mirror "
    "of it, with --from."
)


class FetchError(RuntimeError):
    """A file that was not fetched; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the catalogue.

    url: where it is published. licence: what one must know before using it. fault: what is
    wrong with a file in words, None where it passes. proof: what passing means.
    """

    name: str
    file: str
    url: str
    licence: str
    fault: Callable[[Path], str | None]
    proof: str


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _other_than(expected: str) -> Callable[[Path], str | None]:
    def fault(path: Path) -> str | None:
        found = sha256_of(path)
        return None if found == expected else f"its sha256 is {found}, it must be {expected}"

    return fault


CATALOGUE: Final[Mapping[str, Download]] = MappingProxyType(
    {
        download.name: download
        for download in (
            Download(
                name="yunet",
                file=YUNET_FILE,
                url="https://media.githubusercontent.com/media/opencv/opencv_zoo/main/models/"
                f"face_detection_yunet/{YUNET_FILE}",
                licence="MIT",
                fault=_other_than(YUNET_SHA256),
                proof="its sha256 is the known one",
            ),
            Download(
                name="dlib_face",
                file=DLIB_FILE,
                url="https://github.com/ageitgey/face_recognition_models/raw/master/"
                f"face_recognition_models/models/{DLIB_FILE}",
                licence="CC0 1.0, public domain",
                fault=_other_than(DLIB_SHA256),
                proof="its sha256 is the known one",
            ),
            # Nobody publishes a sha256 of the backbone, so its layout is all there is to check.
            Download(
                name="vggface2_resnet50",
                file=BACKBONE_FILE,
                url="https://github.com/rcmalli/keras-vggface/releases/download/v2.0/"
                f"{BACKBONE_FILE}",
                licence="non-commercial research only; mind it with whatever is trained from it",
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
    for where it is published. A download that breaks off stays beside as FILE.part, and the
    next call goes on from there. A file in place that fails verification is set aside as
    FILE.bad. Raises FetchError, and OSError where the folder cannot be written.
    """
    target = folder / download.file
    if target.exists():
        if download.fault(target) is None:
            return False
        target.replace(target.with_name(f"{download.file}.bad"))
    folder.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{download.file}.part")
    if source is None:
        _download(download.url, part)
    elif source.startswith(("http://", "https://")):
        _download(f"{source.rstrip('/')}/{download.file}", part)
    else:
        _copy(Path(source).expanduser(), download.file, part)
    fault = download.fault(part)
    if fault is not None:
        part.unlink()
        raise FetchError(
            f"What came from {source or download.url} is not {download.file}: {fault}. It was "
            "deleted; run the command again to fetch it anew, or name another source with --from."
        )
    part.replace(target)
    return True


def _copy(folder: Path, name: str, part: Path) -> None:
    if not folder.is_dir():
        raise FetchError(f"{folder} is neither a folder nor a URL; name with --from one of them.")
    try:
        shutil.copyfile(folder / name, part)
    except FileNotFoundError:
        raise FetchError(f"{folder} has no {name}; put it there or leave --from out.") from None


def _download(url: str, part: Path) -> None:
    """Get a URL into a file, going on where an earlier attempt stopped."""
    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    try:
        response = urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=TIMEOUT_S
        )
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and have:
            return  # Nothing is left to fetch: verification decides about what is there.
        raise FetchError(f"{url} answered {error.code} {error.reason}. {OTHERWISE}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise FetchError(f"{url} cannot be reached ({_reason(error)}). {OTHERWISE}") from None
    with response:
        if not _continues(response, have):
            have = 0
        _receive(response, part, have)


def _continues(response: http.client.HTTPResponse, have: int) -> bool:
    """Whether the answer begins after the bytes that are there; else it is the whole file."""
    return response.status == http.HTTPStatus.PARTIAL_CONTENT and (
        response.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    )


def _receive(response: http.client.HTTPResponse, part: Path, have: int) -> None:
    total = None if response.length is None else have + response.length
    name = part.name.removesuffix(".part")
    with (
        part.open("ab" if have else "wb") as file,
        tqdm(
            total=total, initial=have, desc=name, unit="B", unit_scale=True, unit_divisor=1024
        ) as bar,
    ):
        while chunk := _read(response, name):
            file.write(chunk)
            bar.update(len(chunk))
        arrived = file.tell()
    if total is not None and arrived < total:
        raise FetchError(_broken(name, f"{arrived:,} of {total:,} bytes came"))


def _read(response: IO[bytes], name: str) -> bytes:
    try:
        return response.read(CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise FetchError(_broken(name, _reason(error))) from None


def _broken(name: str, why: str) -> str:
    return (
        f"The download of {name} broke off ({why}). Run the command again: it goes on from there."
    )


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error or type(error).__name__)
