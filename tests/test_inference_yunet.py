"""YuNet: the same faces on every runtime, and a file that is not its own is told at once."""

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.detection import DetectorError
from inference.runtimes import RUNTIMES, make_runtime
from inference.runtimes.on_openvino import WHOLE, OpenVino
from inference.yunet import FOLDER, MANIFEST, SCORE, STRIDES, YuNetDetector, decode, find_yunet
from tests import real_faces
from tests.conftest import YUNET


def detector(runtime: str, file: Path = YUNET) -> YuNetDetector:
    return YuNetDetector(make_runtime(runtime, Path()).yunet(file))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the detector's folder, to damage."""
    return shutil.copytree(FOLDER, tmp_path / "yunet")


@pytest.fixture
def pictures() -> list[NDArray[np.uint8]]:
    """Five faces, some of them, none, and five small ones."""
    photo = real_faces.group_picture()
    small = np.asarray(cv2.resize(photo, None, fx=0.3, fy=0.3), np.uint8)
    return [photo, photo[:241, :319], np.full_like(photo, 128), small, small[:, ::-1]]


@pytest.mark.parametrize(("precision", "near"), [(WHOLE, 1e-4), (None, 0.06)])
def test_openvino_sees_what_opencv_sees(
    precision: str | None, near: float, pictures: list[NDArray[np.uint8]]
) -> None:
    """In half precision landmarks move by less than a sixteenth of the face's width."""
    seen = YuNetDetector(OpenVino(Path(), precision).yunet(YUNET)).detect_all(pictures)
    for faces, expected in zip(seen, detector("tensorflow").detect_all(pictures), strict=True):
        assert len(faces) == len(expected)
        for face, twin in zip(faces, expected, strict=True):
            width = twin.box[2]
            assert np.allclose(face.box, twin.box, atol=1 + near * width)
            assert face.score == pytest.approx(twin.score, abs=max(1e-3, near))
            assert face.landmarks is not None
            assert twin.landmarks is not None
            assert np.allclose(face.landmarks, twin.landmarks, atol=0.01 + near * width)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_neighbours_in_a_batch_change_nothing(
    runtime: str, pictures: list[NDArray[np.uint8]]
) -> None:
    found = detector(runtime).detect_all(pictures)
    assert found == [detector(runtime).detect(picture) for picture in pictures]
    assert [len(faces) for faces in found] == [5, 1, 0, 5, 5]


def test_the_shipped_file_is_the_one_its_manifest_names() -> None:
    assert find_yunet() == YUNET


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / YUNET.name).unlink()
    with pytest.raises(DetectorError, match=rf"{YUNET.name} cannot be read.*FACE_DETECTOR=haar"):
        find_yunet(folder)
    with pytest.raises(DetectorError, match=f"{MANIFEST} cannot be read"):
        find_yunet(folder / "nowhere")


def test_one_other_byte_is_told(folder: Path) -> None:
    file = folder / YUNET.name
    file.write_bytes(file.read_bytes()[:-1] + b"?")
    with pytest.raises(DetectorError, match="was altered"):
        find_yunet(folder)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"format": 2}', json.dumps({"format": 1, "files": {}})]
)
def test_a_damaged_manifest_is_named(folder: Path, content: str) -> None:
    (folder / MANIFEST).write_text(content)
    with pytest.raises(DetectorError, match=f"{MANIFEST} is damaged"):
        find_yunet(folder)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("size", [0, 13, 100_000])
def test_a_file_that_is_no_network_is_named(tmp_path: Path, size: int, runtime: str) -> None:
    path = tmp_path / "half.onnx"
    path.write_bytes(YUNET.read_bytes()[:size])
    with pytest.raises(DetectorError, match=r"half\.onnx is not the YuNet face detector"):
        detector(runtime, path)


@given(
    seed=st.integers(0, 2**32 - 1),
    columns=st.integers(2, 12),
    rows=st.integers(2, 12),
    spread=st.floats(0, 1e6),
)
def test_whatever_a_network_says_decodes_to_rows_of_fifteen(
    seed: int, columns: int, rows: int, spread: float
) -> None:
    rng = np.random.default_rng(seed)
    width, height = columns * STRIDES[-1], rows * STRIDES[-1]
    outputs = {
        f"{kind}_{stride}": rng.normal(
            0, spread if kind in ("bbox", "kps") else 1, (width * height // stride**2, count)
        ).astype(np.float32)
        for stride in STRIDES
        for kind, count in (("cls", 1), ("obj", 1), ("bbox", 4), ("kps", 10))
    }
    found = decode(outputs, width, height)
    assert found.shape[1:] == (15,)
    assert (found[:, 14] >= SCORE).all()
