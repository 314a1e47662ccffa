"""Every face of one picture, by one model and by several."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detection import Detector
from inference.emotion import EmotionModel
from inference.engagement import combined
from inference.expression import concentration_index
from inference.frames import FrameError, encode_jpeg
from inference.labels import EMOTIONS
from inference.pictures import PictureResult, analyse_picture
from inference.pipeline import FrameResult, Pipeline
from inference.runtimes import load_detector
from inference.runtimes.on_tensorflow import TensorFlow
from inference.video import QUALITY
from tests import real_faces
from tests.model_factory import write_model

LIMITS = 2_000_000, 4_000_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> EmotionModel:
    return TensorFlow().emotion_model(write_model(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.fixture(scope="module", params=["haar", "yunet"])
def detector(request: pytest.FixtureRequest) -> Detector:
    return load_detector(request.param, TensorFlow())


@pytest.fixture(scope="module")
def group() -> NDArray[np.uint8]:
    return real_faces.group_picture()


def all_faces(
    picture: NDArray[np.uint8], detector: Detector, *models: EmotionModel
) -> PictureResult:
    return analyse_picture(encode_jpeg(picture, 95), detector, models, *LIMITS)


def test_every_face_of_a_picture_is_estimated_the_largest_first(
    detector: Detector, model: EmotionModel, group: NDArray[np.uint8]
) -> None:
    seen = all_faces(group, detector, model)
    assert (seen.width, seen.height, seen.detector) == (1000, 667, detector.name)
    assert [(one.name, one.title) for one in seen.models] == [("tiny", "Tiny, untrained")]
    assert len(seen.faces) == 5
    areas = [face.box[2] * face.box[3] for face in seen.faces]
    assert areas == sorted(areas, reverse=True)
    assert len({face.estimates for face in seen.faces}) == 5
    for face in seen.faces:
        (estimate,) = face.estimates
        assert sum(estimate.probabilities) == pytest.approx(1, abs=1e-5)
        expression = concentration_index(estimate.probabilities)
        assert estimate.engagement == combined(expression, facing=1.0)
        assert estimate.emotion == EMOTIONS[int(np.argmax(estimate.probabilities))]
        assert 0.6 <= face.score <= 1
        assert (face.pose is not None) == (detector.name == "yunet")


def test_the_largest_face_is_estimated_as_in_a_frame(
    detector: Detector, model: EmotionModel
) -> None:
    jpeg = encode_jpeg(real_faces.face_picture(), QUALITY)
    pipeline = Pipeline(model, detector, *LIMITS)
    (frame,) = pipeline.analyse([jpeg])
    pipeline.close()
    assert isinstance(frame, FrameResult)
    (face,) = analyse_picture(jpeg, detector, [model], *LIMITS).faces
    (estimate,) = face.estimates
    assert (face.box, estimate.emotion) == (frame.box, frame.emotion)
    assert estimate.probabilities == pytest.approx(frame.probabilities, abs=1e-6)


def test_several_models_answer_for_the_same_faces(
    detector: Detector,
    model: EmotionModel,
    group: NDArray[np.uint8],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    colour = TensorFlow().emotion_model(
        write_model(tmp_path_factory.mktemp("models") / "colour", channels=3)
    )
    both = all_faces(group, detector, model, colour)
    assert [one.name for one in both.models] == ["tiny", "colour"]
    for place, alone in enumerate((model, colour)):
        single = all_faces(group, detector, alone)
        assert [face.box for face in both.faces] == [face.box for face in single.faces]
        for face, own in zip(both.faces, single.faces, strict=True):
            assert face.estimates[place].probabilities == pytest.approx(
                own.estimates[0].probabilities, abs=1e-6
            )


def test_a_class_photograph_keeps_every_face(model: EmotionModel, group: NDArray[np.uint8]) -> None:
    school = cv2.resize(np.tile(group, (3, 3, 1)), (1280, 854), interpolation=cv2.INTER_AREA)
    seen = all_faces(np.asarray(school, np.uint8), load_detector("yunet", TensorFlow()), model)
    assert len(seen.faces) == 45
    assert all(len(face.estimates) == 1 for face in seen.faces)


def test_a_picture_on_its_side_is_turned_as_its_header_says(
    detector: Detector, model: EmotionModel
) -> None:
    lying = encode_jpeg(np.ascontiguousarray(np.rot90(real_faces.face_picture())), QUALITY)
    turn = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    header = b"\xff\xe1" + (len(turn) + 2).to_bytes(2) + turn
    seen = analyse_picture(lying[:2] + header + lying[2:], detector, [model], *LIMITS)
    assert (seen.width, seen.height, len(seen.faces)) == (320, 240, 1)


def test_a_picture_without_a_usable_face_has_none(detector: Detector, model: EmotionModel) -> None:
    assert all_faces(np.full((240, 320, 3), 128, np.uint8), detector, model).faces == ()


def test_a_picture_over_the_limits_or_of_another_kind_is_refused(
    detector: Detector, model: EmotionModel
) -> None:
    with pytest.raises(FrameError, match="4,000,000 are allowed"):
        all_faces(np.full((2000, 2001, 3), 128, np.uint8), detector, model)
    with pytest.raises(FrameError, match="not a JPEG"):
        analyse_picture(b"text", detector, [model], *LIMITS)


def test_without_a_model_every_face_has_its_box_alone(
    detector: Detector, group: NDArray[np.uint8]
) -> None:
    seen = all_faces(group, detector)
    assert (len(seen.faces), seen.models) == (5, ())
    assert {(face.estimates, face.pose) for face in seen.faces} == {((), None)}
