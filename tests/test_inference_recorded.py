"""Frames that bring their answer along, and who believes them."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference import recorded
from inference.frames import encode_jpeg, inspect_jpeg
from inference.recorded import Recording
from inference.service import Service
from tests.model_factory import make_options, write_model

SHARES = (0.1, 0.0, 0.1, 0.5, 0.2, 0.1, 0.0)


@given(
    st.integers(0, 100),
    st.floats(-180, 180),
    st.floats(-180, 180),
    st.lists(st.floats(0, 1), min_size=7, max_size=7),
)
def test_what_is_written_is_read(faces: int, yaw: float, pitch: float, shares: list[float]) -> None:
    jpeg = recorded.write(Recording(faces, yaw, pitch, tuple(shares)))
    assert inspect_jpeg(jpeg, 300_000, 1_000_000) == (recorded.WIDTH, recorded.HEIGHT)
    seen = recorded.read(jpeg, with_emotion=True)
    assert seen is not None
    assert seen.faces == faces
    assert (seen.box is None) == (seen.pose is None) == (seen.probabilities is None) == (faces == 0)
    if faces and seen.pose:
        assert seen.probabilities == tuple(shares)
        assert (seen.pose.yaw, seen.pose.pitch) == (yaw, pitch)


def test_it_is_a_picture_that_any_program_opens() -> None:
    jpeg = recorded.write(Recording(1, 0, 0, SHARES))
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape == (240, 320, 3)
    assert len(jpeg) < 3000


def test_without_emotion_only_faces_are_told() -> None:
    seen = recorded.read(recorded.write(Recording(1, 0, 0, SHARES)), with_emotion=False)
    assert seen is not None
    assert (seen.faces, seen.probabilities, seen.pose, seen.model) == (1, None, None, "")


@given(st.binary(max_size=300))
def test_other_bytes_are_no_recording(data: bytes) -> None:
    assert recorded.read(data, with_emotion=True) is None
    assert recorded.read(data[:2] + recorded.COMMENT + data[2:], with_emotion=True) is None


def test_a_recording_that_claims_too_much_is_none() -> None:
    whole = recorded.write(Recording(1, 0, 0, SHARES))
    for told, claimed in ((b"0.5", b"5.0"), (b"[1,", b"[-,")):
        assert told in whole
        assert recorded.read(whole.replace(told, claimed, 1), with_emotion=True) is None
    assert recorded.read(whole[:20], with_emotion=True) is None


def test_a_camera_s_comment_is_no_recording() -> None:
    jpeg = encode_jpeg(np.full((90, 160, 3), 128, np.uint8), 95)
    assert recorded.read(jpeg, with_emotion=True) is None
    remark = jpeg[:2] + b"\xff\xfe\x00\x07hello" + jpeg[2:]
    assert recorded.read(remark, with_emotion=True) is None


@pytest.mark.parametrize("believes", [True, False])
async def test_only_a_demonstration_believes_them(tmp_path: Path, believes: bool) -> None:
    write_model(tmp_path / "tiny")
    service = Service(replace(make_options(tmp_path, "tiny"), recorded=believes))
    service.warm()
    try:
        jpeg = recorded.write(Recording(3, 0, 0, SHARES))
        seen = await service.analyse(jpeg, group=1, member=1)
    finally:
        service.stop()
    assert (seen.faces, seen.detector) == ((3, recorded.NAME) if believes else (0, "haar"))
