"""Faces in real pictures, by both detectors; odd picture sizes; the framing of the crop."""

import threading
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detection import Detector, HaarDetector, clip_box
from inference.runtimes import load_detector, make_runtime
from tests import real_faces


def loaded(name: str, runtime: str = "openvino") -> Detector:
    return load_detector(name, make_runtime(runtime, Path()))


@pytest.fixture(params=["haar", "openvino", "tensorflow"])
def detector(request: pytest.FixtureRequest) -> Detector:
    """Haar, and YuNet on each runtime."""
    return loaded("haar") if request.param == "haar" else loaded("yunet", request.param)


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    return real_faces.group_picture()


def test_five_faces_are_found_largest_first(detector: Detector, photo: NDArray[np.uint8]) -> None:
    check_five_faces(detector, photo)


def test_five_different_people_are_found(detector: Detector, shared: Path) -> None:
    image = cv2.imread(str(shared / "media" / "group_photo.jpg"))
    check_five_faces(detector, np.asarray(image, np.uint8))


def check_five_faces(detector: Detector, photo: NDArray[np.uint8]) -> None:
    faces = detector.detect(photo)
    areas = [face.box[2] * face.box[3] for face in faces]
    assert len(faces) == 5
    assert areas == sorted(areas, reverse=True)
    assert all(0 <= face.score <= 1 for face in faces)


def test_yunet_tells_where_eyes_nose_and_mouth_are(photo: NDArray[np.uint8]) -> None:
    for scale in (1, 6):
        picture = np.asarray(cv2.resize(photo, None, fx=scale, fy=scale), np.uint8)
        for face in loaded("yunet").detect(picture):
            assert face.landmarks is not None
            right_eye, left_eye, nose, right_corner, left_corner = face.landmarks
            assert right_eye[0] < nose[0] < left_eye[0]
            assert max(right_eye[1], left_eye[1]) < nose[1] < min(right_corner[1], left_corner[1])
            x, y, w, h = face.box
            assert all(x <= px <= x + w and y <= py <= y + h for px, py in face.landmarks)


def test_haar_knows_no_landmarks(photo: NDArray[np.uint8]) -> None:
    assert all(face.landmarks is None for face in HaarDetector().detect(photo))


def test_a_photo_of_many_megapixels_has_the_same_faces_in_its_own_pixels(
    detector: Detector, photo: NDArray[np.uint8]
) -> None:
    small = sorted(face.box for face in detector.detect(photo))
    enlarged = np.asarray(cv2.resize(photo, None, fx=6, fy=6), np.uint8)
    large = sorted(face.box for face in detector.detect(enlarged))
    assert len(large) == len(small)
    assert np.allclose(np.array(large) / 6, small, atol=6)


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 3000), (3000, 1), (19, 320), (20, 20), (33, 57), (3000, 64), (180, 320)]
)
def test_pictures_of_any_size_without_faces_are_empty(
    detector: Detector, size: tuple[int, int]
) -> None:
    assert detector.detect(np.full((*size, 3), 128, np.uint8)) == []


def test_narrow_pictures_have_no_faces_by_chance(detector: Detector) -> None:
    """OpenCV's YuNet saw some here, out of memory that it had not written."""
    for side in (20, 24, 31, 32, 33, 48):
        for length in (64, 128, 200, 320):
            assert detector.detect(np.full((side, length, 3), 128, np.uint8)) == []
            assert detector.detect(np.full((length, side, 3), 128, np.uint8)) == []


def test_threads_find_the_same_faces_at_once(detector: Detector, photo: NDArray[np.uint8]) -> None:
    pictures = [photo, photo[:400], photo[:, 200:], cv2.flip(photo, 1)]
    alone = [detector.detect(picture) for picture in pictures]
    wrong: list[int] = []

    def detect(number: int) -> None:
        for _ in range(3):
            if detector.detect(pictures[number]) != alone[number]:
                wrong.append(number)

    threads = [threading.Thread(target=detect, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_crop_frames_a_face_as_fer2013_does(detector: Detector, shared: Path) -> None:
    ratios = []
    for face in _fer_faces(shared, 60):
        canvas = cv2.copyMakeBorder(face, 48, 48, 88, 88, cv2.BORDER_REPLICATE)
        canvas = cv2.GaussianBlur(canvas, (0, 0), 7)
        canvas[48:192, 88:232] = face
        found = detector.detect(np.asarray(canvas, np.uint8))
        if found:
            ratios.append(max(found[0].box[2:]) * detector.crop_scale / 144)
    assert len(ratios) > 40
    assert 0.9 < np.median(ratios) < 1.1


def _fer_faces(shared: Path, count: int) -> list[NDArray[np.uint8]]:
    with zipfile.ZipFile(shared / "data" / "fer2013_test.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")][:count]
        coded = [np.frombuffer(archive.read(name), np.uint8) for name in names]
    small = [cv2.imdecode(data, cv2.IMREAD_COLOR) for data in coded]
    return [
        np.asarray(cv2.resize(face, (144, 144), interpolation=cv2.INTER_CUBIC), np.uint8)
        for face in small
        if face is not None
    ]


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        ((10, 20, 30, 40), (10, 20, 30, 40)),
        ((-10, -20, 30, 40), (0, 0, 20, 20)),
        ((90, 70, 30, 40), (90, 70, 10, 10)),
        ((-50, 0, 30, 40), (0, 0, 0, 40)),
        ((200, 200, 5, 5), (100, 80, 0, 0)),
    ],
)
def test_boxes_are_clipped_to_the_picture(
    box: tuple[int, int, int, int], wanted: tuple[int, int, int, int]
) -> None:
    assert clip_box(box, 100, 80) == wanted
