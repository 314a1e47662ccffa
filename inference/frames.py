"""A camera frame as it arrives: untrusted bytes that say they are a JPEG."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

FrameProblem = Literal["not_jpeg", "truncated", "too_many_pixels", "too_many_bytes"]

MAX_SCANS: Final = 64
"""A progressive JPEG has about ten scans. Thousands of tiny ones would each cost a full pass."""

MAX_SEGMENTS: Final = 512
"""A camera's JPEG has about ten, one with a large colour profile and previews a few dozen."""
MAX_FILL: Final = 64
"""Bytes that may stand before a marker; no encoder writes more than three."""

_START = 0xD8
_END = 0xD9
_SCAN = 0xDA
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Within a scan, FF 00 is a stuffed byte, FF D0 to D7 a restart, and FF FF a fill byte.
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


class FrameError(ValueError):
    """A frame that cannot be analysed. code is for programs, the message for people."""

    def __init__(self, code: FrameProblem, message: str) -> None:
        super().__init__(message)
        self.code: FrameProblem = code

    def __reduce__(self) -> tuple[type[FrameError], tuple[FrameProblem, str]]:
        # An exception is copied to another process by its message alone.
        return type(self), (self.code, str(self))


def inspect_jpeg(data: bytes, max_bytes: int, max_pixels: int) -> tuple[int, int]:
    """Read width and height from a JPEG's header, without decoding anything.

    Raises FrameError: too_many_bytes, not_jpeg (also for more than MAX_SEGMENTS), truncated
    (it ends before the header gives a size) or too_many_pixels. It runs on the event loop, so
    what it looks at is bounded.
    """
    if len(data) > max_bytes:
        raise FrameError(
            "too_many_bytes",
            f"The frame has {len(data):,} bytes and {max_bytes:,} are allowed; "
            "send a smaller picture or a lower JPEG quality.",
        )
    for marker, start, end in _segments(data):
        if marker in _SIZES:
            width, height = _size(data[start:end])
            if width * height > max_pixels:
                raise FrameError(
                    "too_many_pixels",
                    f"The frame is {width} x {height} pixels and {max_pixels:,} are allowed; "
                    "scale it down before sending.",
                )
            return width, height
        if marker in (_SCAN, _END):
            break
    raise FrameError("not_jpeg", "The frame's JPEG header gives no size; send a JPEG picture.")


def decode_jpeg(data: bytes, max_bytes: int, max_pixels: int) -> NDArray[np.uint8]:
    """Decode a JPEG to (H, W, 3) BGR, turned upright where its EXIF header says so.

    Raises FrameError as inspect_jpeg does, and truncated where the picture's end is missing
    or OpenCV cannot decode it.
    """
    inspect_jpeg(data, max_bytes, max_pixels)
    scans = 0
    for marker, _, _ in _segments(data):
        scans += marker == _SCAN
        if scans > MAX_SCANS:
            raise FrameError(
                "not_jpeg",
                f"The frame has more than {MAX_SCANS} scans; send a plain JPEG picture.",
            )
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise FrameError(
            "truncated", "The frame's picture data is damaged; send the whole JPEG again."
        )
    return np.asarray(image, np.uint8)


def encode_jpeg(image: NDArray[np.uint8], quality: int, scale: float = 1.0) -> bytes:
    """A JPEG of a picture, (H, W, 3) BGR or (H, W) grey, scaled down but never up.

    quality: 0 to 100.
    """
    if scale < 1:
        height, width = image.shape[:2]
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Walk the markers from the first to the end of the picture: marker, payload's start, end.

    Bytes after the picture's end are let be: cameras put previews there.
    """
    if data[:3] != b"\xff\xd8\xff":
        raise FrameError("not_jpeg", "The frame is not a JPEG picture; encode it as image/jpeg.")
    position = 2
    for _ in range(MAX_SEGMENTS):
        marker, position = _marker(data, position)
        if marker == _END:
            yield marker, position, position
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD7:
            continue
        if marker in (0x00, _START):
            raise _malformed()
        if position + 2 > len(data):
            raise _truncated()
        end = position + int.from_bytes(data[position : position + 2])
        if end < position + 2:
            raise _malformed()
        if end > len(data):
            raise _truncated()
        yield marker, position + 2, end
        position = _after_scan(data, end) if marker == _SCAN else end
    raise FrameError(
        "not_jpeg",
        f"The frame has more than {MAX_SEGMENTS} segments; send a plain JPEG picture.",
    )


def _marker(data: bytes, position: int) -> tuple[int, int]:
    """The marker at a position, fill bytes skipped, and the position behind it."""
    if position < len(data) and data[position] != 0xFF:
        raise _malformed()
    # At least one byte of FF is here: the marker's own.
    for found in range(position, min(position + MAX_FILL + 2, len(data))):
        if data[found] != 0xFF:
            return data[found], found + 1
    raise _truncated() if position + MAX_FILL + 2 > len(data) else _malformed()


def _after_scan(data: bytes, position: int) -> int:
    found = _NEXT_MARKER.search(data, position)
    if found is None:
        raise _truncated()
    return found.start()


def _size(payload: bytes) -> tuple[int, int]:
    """Width and height from a frame header's payload: precision, height, width, ..."""
    if len(payload) < 6:
        raise _malformed()
    height = int.from_bytes(payload[1:3])
    width = int.from_bytes(payload[3:5])
    if width == 0 or height == 0:
        raise _malformed()
    return width, height


def _malformed() -> FrameError:
    return FrameError("not_jpeg", "The frame's JPEG header is malformed; send a JPEG picture.")


def _truncated() -> FrameError:
    return FrameError("truncated", "The frame ends too early; send the whole JPEG again.")
