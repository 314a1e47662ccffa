"""From JPEG bytes to a result, on real pictures, with a small untrained model."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from inference.detection import HaarDetector
from inference.emotion import EmotionModel
from inference.frames import FrameError, decode_jpeg, encode_jpeg
from inference.labels import EMOTIONS
from inference.pipeline import FrameResult, Pipeline
from inference.preprocessing import crop_face
from inference.runtimes import load_detector
from inference.runtimes.on_tensorflow import TensorFlow
from inference.video import QUALITY
from tests import real_faces
from tests.model_factory import write_model

MAX_BYTES = 300_000
MAX_PIXELS = 1_000_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> EmotionModel:
    return TensorFlow().emotion_model(write_model(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="module")
def colour_model(tmp_path_factory: pytest.TempPathFactory) -> EmotionModel:
    return TensorFlow().emotion_model(
        write_model(tmp_path_factory.mktemp("models") / "colour", channels=3)
    )


@pytest.fixture(scope="module", params=["haar", "yunet"])
def pipeline(request: pytest.FixtureRequest, model: EmotionModel) -> Iterator[Pipeline]:
    pipeline = Pipeline(model, load_detector(request.param, TensorFlow()), MAX_BYTES, MAX_PIXELS)
    yield pipeline
    pipeline.close()


@pytest.fixture(scope="module")
def woman() -> NDArray[np.uint8]:
    """One face, as a browser would send it."""
    return real_faces.face_picture()


def encode(image: NDArray[np.uint8]) -> bytes:
    return encode_jpeg(image, QUALITY)


def blank(width: int = 320, height: int = 240) -> NDArray[np.uint8]:
    return np.full((height, width, 3), 128, np.uint8)


def one(pipeline: Pipeline, image: NDArray[np.uint8]) -> FrameResult:
    (result,) = pipeline.analyse([encode(image)])
    assert isinstance(result, FrameResult)
    return result


def test_a_face_gets_box_emotion_and_where_the_detector_can_tell_a_pose(
    pipeline: Pipeline, woman: NDArray[np.uint8]
) -> None:
    result = one(pipeline, woman)
    assert (result.width, result.height, result.faces, result.model) == (320, 240, 1, "tiny")
    assert result.box is not None
    x, y, w, h = result.box
    assert x >= 0
    assert y >= 0
    assert 60 < w <= 320 - x
    assert 60 < h <= 240 - y
    assert result.probabilities is not None
    assert sum(result.probabilities) == pytest.approx(1, abs=1e-5)
    assert result.detector == pipeline.detector.name
    assert (result.pose is None) == (result.detector == "haar")
    assert result.emotion == EMOTIONS[int(np.argmax(result.probabilities))]


def test_serving_prepares_a_face_as_training_does(
    pipeline: Pipeline, model: EmotionModel, woman: NDArray[np.uint8]
) -> None:
    image = decode_jpeg(encode(woman), MAX_BYTES, MAX_PIXELS)
    face = pipeline.detector.detect(image)[0]
    crop = crop_face(image, face.box, model.size, pipeline.detector.crop_scale)
    wanted = model.predict(crop[None])[0]
    assert one(pipeline, woman).probabilities == pytest.approx(tuple(wanted), abs=1e-6)


def test_a_colour_model_sees_the_face_in_colour(
    colour_model: EmotionModel, woman: NDArray[np.uint8]
) -> None:
    pipeline = Pipeline(colour_model, HaarDetector(), MAX_BYTES, MAX_PIXELS)
    result = one(pipeline, woman)
    pipeline.close()
    image = decode_jpeg(encode(woman), MAX_BYTES, MAX_PIXELS)
    face = pipeline.detector.detect(image)[0]
    crop = crop_face(image, face.box, colour_model.size, pipeline.detector.crop_scale, channels=3)
    wanted = colour_model.predict(crop[None])[0]
    assert result.model == "colour"
    assert result.probabilities == pytest.approx(tuple(wanted), abs=1e-6)


def test_the_largest_of_five_faces_is_taken(pipeline: Pipeline) -> None:
    group = real_faces.group_picture()
    result = one(pipeline, group)
    assert (result.width, result.height, result.faces) == (1000, 667, 5)
    assert result.box is not None
    assert result.box[0] > 700  # the one at the right


def test_no_face_is_away_and_never_an_emotion(pipeline: Pipeline) -> None:
    name = pipeline.detector.name
    assert one(pipeline, blank()) == FrameResult(320, 240, 0, None, None, None, "tiny", name)
    assert one(pipeline, blank()).emotion is None


def test_a_face_of_a_few_pixels_is_not_usable(pipeline: Pipeline, woman: NDArray[np.uint8]) -> None:
    picture = blank()
    picture[100:136, 100:148] = cv2.resize(woman, (48, 36), interpolation=cv2.INTER_AREA)
    assert one(pipeline, picture).faces == 0


def test_half_a_face_at_the_border_has_its_box_inside(
    pipeline: Pipeline, woman: NDArray[np.uint8]
) -> None:
    box = one(pipeline, woman).box
    assert box is not None
    for cut in range(0, box[2], 8):
        picture = np.ascontiguousarray(woman[:, box[0] + cut :])
        result = one(pipeline, picture)
        if result.box is not None:
            x, y, w, h = result.box
            assert min(x, y) >= 0
            assert x + w <= picture.shape[1]
            assert y + h <= 240


def test_bad_frames_disturb_no_others(pipeline: Pipeline, woman: NDArray[np.uint8]) -> None:
    good = encode(woman)
    answers = pipeline.analyse([b"text", good, good[:-200], encode(blank()), good, b""])
    codes = [a.code if isinstance(a, FrameError) else a.faces for a in answers]
    assert codes == ["not_jpeg", 1, "truncated", 0, 1, "not_jpeg"]
    first, second = answers[1], answers[4]
    assert isinstance(first, FrameResult)
    assert isinstance(second, FrameResult)
    assert first.box == second.box
    assert first.probabilities == pytest.approx(second.probabilities, abs=1e-6)


def test_a_frame_over_the_limits_is_refused(pipeline: Pipeline) -> None:
    large, heavy = pipeline.analyse([encode(blank(1001, 1000)), bytes(300_001)])
    assert isinstance(large, FrameError)
    assert large.code == "too_many_pixels"
    assert isinstance(heavy, FrameError)
    assert heavy.code == "too_many_bytes"


def test_no_frames_give_no_answers(pipeline: Pipeline) -> None:
    assert pipeline.analyse([]) == []


def test_forty_frames_at_once_come_back_in_order(
    pipeline: Pipeline, woman: NDArray[np.uint8]
) -> None:
    pictures = [woman[:, : 200 + 3 * n] if n % 3 else blank(200 + 3 * n, 90) for n in range(40)]
    results = pipeline.analyse([encode(np.ascontiguousarray(p)) for p in pictures])
    assert [r.width for r in results if isinstance(r, FrameResult)] == [
        p.shape[1] for p in pictures
    ]


@settings(deadline=None, max_examples=30)
@given(width=st.integers(1, 700), height=st.integers(1, 700), seed=st.integers(0, 99))
def test_a_picture_of_any_size_is_answered(
    small_pipeline: Pipeline, width: int, height: int, seed: int
) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    result = one(small_pipeline, cv2.GaussianBlur(noise, (0, 0), 3))
    assert (result.width, result.height) == (width, height)


@pytest.fixture(scope="module")
def small_pipeline(model: EmotionModel) -> Iterator[Pipeline]:
    pipeline = Pipeline(model, HaarDetector(), 10 * MAX_BYTES, MAX_PIXELS)
    yield pipeline
    pipeline.close()


def test_without_a_model_faces_are_counted_and_nothing_is_estimated(
    woman: NDArray[np.uint8],
) -> None:
    pipeline = Pipeline(None, HaarDetector(), MAX_BYTES, MAX_PIXELS)
    pipeline.warm()
    result = one(pipeline, woman)
    pipeline.close()
    assert result.faces == 1
    assert result.box is not None
    assert (result.probabilities, result.emotion, result.pose) == (None, None, None)
    assert result.model == ""
