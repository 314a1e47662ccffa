"""What a frame's bytes may be, and what each kind of bad frame is told."""

import contextlib
import pickle
import struct
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.frames import FrameError, FrameProblem, decode_jpeg, inspect_jpeg
from tests.classroom import claiming_size

MAX_BYTES = 300_000
MAX_PIXELS = 1_000_000


def jpeg(width: int, height: int, *options: int) -> bytes:
    rows = np.arange(height, dtype=np.uint16)[:, None] + np.arange(width, dtype=np.uint16)
    image = np.repeat((rows * 7 % 256).astype(np.uint8)[..., None], 3, axis=2)
    return cv2.imencode(".jpg", image, [int(option) for option in options])[1].tobytes()


def with_exif(data: bytes, orientation: int, thumbnail: bytes = b"") -> bytes:
    tiff = b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00"
    payload = b"Exif\x00\x00" + tiff + struct.pack("<HHI", orientation, 0, 0) + thumbnail
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + data[2:]


def problem(data: bytes) -> FrameProblem:
    with pytest.raises(FrameError) as caught:
        decode_jpeg(data, MAX_BYTES, MAX_PIXELS)
    assert str(caught.value)
    return caught.value.code


@settings(deadline=None, max_examples=60)
@given(
    width=st.integers(1, 400),
    height=st.integers(1, 400),
    progressive=st.booleans(),
    restart=st.integers(0, 5),
    trailing=st.binary(max_size=20),
)
def test_real_jpegs_decode_to_the_size_in_their_header(
    width: int, height: int, progressive: bool, restart: int, trailing: bytes
) -> None:
    options = (cv2.IMWRITE_JPEG_PROGRESSIVE, progressive, cv2.IMWRITE_JPEG_RST_INTERVAL, restart)
    data = with_exif(jpeg(width, height, *options), 1, thumbnail=jpeg(8, 6)) + trailing
    assert inspect_jpeg(data, MAX_BYTES, MAX_PIXELS) == (width, height)
    assert decode_jpeg(data, MAX_BYTES, MAX_PIXELS).shape == (height, width, 3)


def test_a_picture_taken_sideways_is_turned_upright() -> None:
    data = with_exif(jpeg(40, 30), orientation=6)
    assert decode_jpeg(data, MAX_BYTES, MAX_PIXELS).shape == (40, 30, 3)


@settings(deadline=None)
@given(st.one_of(st.binary(), st.binary().map(lambda tail: b"\xff\xd8\xff" + tail)))
def test_random_bytes_never_raise_anything_but_a_frame_error(data: bytes) -> None:
    with contextlib.suppress(FrameError):
        inspect_jpeg(data, MAX_BYTES, MAX_PIXELS)
    with contextlib.suppress(FrameError):
        decode_jpeg(data, MAX_BYTES, MAX_PIXELS)


@settings(deadline=None)
@given(at=st.integers(0, 10_000), value=st.integers(0, 255))
def test_a_flipped_byte_decodes_or_is_a_frame_error(at: int, value: int) -> None:
    data = bytearray(jpeg(64, 48))
    data[at % len(data)] = value
    with contextlib.suppress(FrameError):
        image = decode_jpeg(bytes(data), MAX_BYTES, MAX_PIXELS)
        assert image.shape[0] * image.shape[1] <= MAX_PIXELS


@settings(deadline=None)
@given(part=st.floats(0, 1, exclude_max=True), progressive=st.booleans())
def test_every_cut_jpeg_is_refused(part: float, progressive: bool) -> None:
    whole = jpeg(64, 48, cv2.IMWRITE_JPEG_PROGRESSIVE, progressive)
    cut = whole[: int(len(whole) * part)]
    assert problem(cut) == ("truncated" if len(cut) > 2 else "not_jpeg")


def test_a_thumbnails_end_is_not_taken_for_the_pictures() -> None:
    whole = with_exif(jpeg(64, 48), 1, thumbnail=jpeg(8, 6))
    assert problem(whole[:-40]) == "truncated"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        '{"type": "hello"}'.encode("utf-16"),
        cv2.imencode(".png", np.zeros((4, 4), np.uint8))[1].tobytes(),
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x01",
        b"\xff\xd8\xff\xd8\xff",
        b"\xff\xd8\xff\xda\x00\x02abc\xff\xd9",
        b"\xff\xd8\xff\xc0\x00\x04ab\xff\xd9",
    ],
)
def test_what_is_no_jpeg_is_told_so(data: bytes) -> None:
    assert problem(data) == "not_jpeg"


def test_a_picture_without_height_is_refused() -> None:
    assert problem(claiming_size(jpeg(64, 48), 64, 0)) == "not_jpeg"


def test_30000_by_30000_is_refused_by_its_header_alone() -> None:
    data = claiming_size(jpeg(64, 48), 30_000, 30_000)
    with pytest.raises(FrameError, match="30000 x 30000") as caught:
        inspect_jpeg(data, MAX_BYTES, MAX_PIXELS)
    assert caught.value.code == "too_many_pixels"


def test_ten_megabytes_are_refused() -> None:
    assert problem(jpeg(64, 48) + bytes(10_000_000)) == "too_many_bytes"


def test_thousands_of_scans_are_refused() -> None:
    data = jpeg(64, 48, cv2.IMWRITE_JPEG_PROGRESSIVE, 1)
    scan = data[data.rindex(b"\xff\xda") : -2]
    assert problem(data[:-2] + scan * 1000 + data[-2:]) == "not_jpeg"


def test_picture_data_that_is_damaged_is_refused() -> None:
    data = jpeg(64, 48)
    tables = data.index(b"\xff\xc4")
    assert problem(data[: tables + 4] + b"\xff" * 17 + data[tables + 21 :]) == "truncated"


@pytest.mark.finding(9)
@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 74_000,
        b"\xff\xd8" + b"\xff" * 299_000,
        b"\xff\xd8" + b"\xff\x01" * 149_000,
    ],
    ids=["empty segments", "fill bytes", "markers alone"],
)
def test_what_is_looked_at_for_a_size_is_bounded(data: bytes) -> None:
    """It runs on the event loop: 75,000 empty segments cost 35 ms of everybody's time."""
    steps = 0

    def count_steps(frame: object, event: str, argument: object) -> object:
        nonlocal steps
        steps += event == "line"
        return count_steps

    sys.settrace(count_steps)  # type: ignore[arg-type]
    try:
        assert problem(data) == "not_jpeg"
    finally:
        sys.settrace(None)
    assert steps < 20_000


@pytest.mark.finding(9)
def test_a_large_colour_profile_and_padding_are_no_reason_to_refuse() -> None:
    profile = b"\xff\xe2" + (60_002).to_bytes(2) + bytes(60_000)
    whole = jpeg(64, 48)
    data = whole[:2] + profile * 4 + b"\xff\xff\xff" + whole[2:]
    assert decode_jpeg(data, MAX_BYTES, MAX_PIXELS).shape == (48, 64, 3)


def test_a_problem_can_be_told_to_another_process() -> None:
    told = pickle.loads(pickle.dumps(FrameError("truncated", "It ends too soon.")))
    assert (told.code, str(told)) == ("truncated", "It ends too soon.")
