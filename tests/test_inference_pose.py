"""Where a head points: known angles, mirrored faces, and landmarks that make no sense."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.detection import Detector, Point
from inference.pose import HEAD, head_pose
from inference.runtimes import load_detector, make_runtime
from inference.video import sample_video
from tests import real_faces

WIDTH, HEIGHT = 320, 240
ODD = st.one_of(
    st.floats(allow_nan=True, allow_infinity=True), st.floats(-1e6, 1e6), st.sampled_from([0.0])
)


def seen_from(
    yaw: float, pitch: float, place: tuple[float, float, float] = (0, 0, 600), roll: float = 0
) -> list[Point]:
    """Landmarks of the generic head, turned and moved by so many degrees and millimetres."""
    (cy, sy), (cp, sp), (cr, sr) = (
        (math.cos(math.radians(angle)), math.sin(math.radians(angle)))
        for angle in (yaw, pitch, roll)
    )
    turn = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    points = HEAD @ (turn @ nod @ tilt).T + np.array(place)
    return [(WIDTH * x / z + WIDTH / 2, WIDTH * y / z + HEIGHT / 2) for x, y, z in points]


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector("yunet", make_runtime("openvino", Path()))


@pytest.mark.parametrize(
    ("yaw", "pitch"), [(0, 0), (30, 0), (-45, 0), (0, 20), (0, -25), (20, -15), (60, 10), (-70, 10)]
)
def test_known_angles_are_found(yaw: float, pitch: float) -> None:
    pose = head_pose(seen_from(yaw, pitch), WIDTH, HEIGHT)
    assert pose is not None
    assert (pose.yaw, pose.pitch) == pytest.approx((yaw, pitch), abs=0.5)


def test_a_pixel_of_noise_costs_a_few_degrees_anywhere_in_the_picture() -> None:
    rng = np.random.default_rng(0)
    errors = []
    for _ in range(500):
        yaw, pitch, roll = rng.uniform(-50, 50), rng.uniform(-25, 25), rng.uniform(-15, 15)
        place = (rng.uniform(-120, 120), rng.uniform(-60, 60), rng.uniform(400, 900))
        noisy = np.array(seen_from(yaw, pitch, place, roll)) + rng.normal(0, 0.7, (5, 2))
        pose = head_pose([(x, y) for x, y in noisy], WIDTH, HEIGHT)
        assert pose is not None
        errors.append((abs(pose.yaw - yaw), abs(pose.pitch - pitch)))
    assert np.mean(errors) < 3
    assert np.percentile(errors, 95) < 8


def poses(detector: Detector, picture: NDArray[np.uint8]) -> tuple[float, float]:
    height, width = picture.shape[:2]
    pose = head_pose(detector.detect(picture)[0].landmarks, width, height)
    assert pose is not None
    return pose.yaw, pose.pitch


def test_a_mirrored_face_turns_the_other_way(detector: Detector) -> None:
    picture = real_faces.face_picture()
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    (yaw, pitch), (other, same) = poses(detector, picture), poses(detector, mirrored)
    assert yaw == pytest.approx(-other, abs=7)
    assert pitch == pytest.approx(same, abs=7)


@pytest.mark.parametrize("video", ["sad_to_happy.mp4", "neutral_to_happy.mp4"])
def test_people_before_a_webcam_face_it_mostly_and_mirrored_too(
    detector: Detector, shared: Path, video: str
) -> None:
    found = []
    for _, picture in sample_video(shared / "media" / video, 2):
        height = round(WIDTH * picture.shape[0] / picture.shape[1])
        small = np.asarray(cv2.resize(picture, (WIDTH, height)), np.uint8)
        both = [small, np.ascontiguousarray(small[:, ::-1])]
        if all(detector.detect_all(both)):
            found.append([*poses(detector, both[0]), *poses(detector, both[1])])
    yaw, pitch, mirrored, _ = np.array(found).T
    assert abs(np.median(yaw)) < 25
    assert abs(np.median(pitch)) < 15
    assert np.abs(yaw + mirrored).mean() < 10, "a single frame is some degrees off"


def test_without_landmarks_nothing_is_known() -> None:
    assert head_pose(None, WIDTH, HEIGHT) is None
    assert head_pose([], WIDTH, HEIGHT) is None
    assert head_pose(seen_from(0, 0), 0, 0) is None


def test_a_face_of_eight_pixels_has_no_direction() -> None:
    assert head_pose([(100 + x / 12, 100 + y / 12) for x, y, _ in HEAD], WIDTH, HEIGHT) is None


def test_landmarks_beyond_the_border_are_used() -> None:
    pose = head_pose(seen_from(10, 0, (-330, 0, 600)), WIDTH, HEIGHT)
    assert pose is not None
    assert pose.yaw == pytest.approx(10, abs=1)


@given(st.lists(st.tuples(ODD, ODD), min_size=0, max_size=6))
def test_whatever_the_landmarks_are_the_answer_is_a_direction_or_none(points: list[Point]) -> None:
    pose = head_pose(points, WIDTH, HEIGHT)
    if pose is not None:
        assert abs(pose.yaw) <= 100
        assert abs(pose.pitch) <= 90
