"""What the faces of a room's camera show together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.labels import EMOTIONS
from inference.paths import MODELS_DIR
from inference.pictures import FaceEstimate, FaceResult, ModelName, PictureResult
from inference.pose import Pose
from inference.room import RoomTrack, RoomView, view_of
from inference.service import Service
from tests.model_factory import make_options

HAPPY = tuple(1.0 if name == "happy" else 0.0 for name in EMOTIONS)
SAD = tuple(1.0 if name == "sad" else 0.0 for name in EMOTIONS)
AHEAD, ASIDE, DOWNWARD = Pose(0.0, 0.0), Pose(60.0, 0.0), Pose(0.0, 30.0)

shares = st.floats(0, 1)
views = st.builds(
    RoomView,
    st.integers(1, 45),
    st.none() | shares,
    st.none() | st.tuples(*([shares] * len(EMOTIONS))),
)


def face(probabilities: tuple[float, ...] | None, pose: Pose | None) -> FaceResult:
    estimates = () if probabilities is None else (FaceEstimate(probabilities),)
    return FaceResult((0, 0, 40, 40), 0.9, estimates, pose)


def picture(*faces: FaceResult) -> PictureResult:
    return PictureResult(1280, 720, faces, (ModelName("compact", "Compact"),), "yunet")


def test_the_faces_of_a_picture_together() -> None:
    view = view_of(picture(face(HAPPY, AHEAD), face(SAD, AHEAD), face(HAPPY, DOWNWARD)))
    assert view.faces == 3
    assert view.facing == pytest.approx(2.5 / 3)
    assert view.probabilities is not None
    assert dict(zip(EMOTIONS, view.probabilities, strict=True)) == pytest.approx(
        dict.fromkeys(EMOTIONS, 0.0) | {"happy": 2 / 3, "sad": 1 / 3}
    )


def test_of_a_face_that_is_turned_away_no_emotion_is_counted() -> None:
    assert view_of(picture(face(HAPPY, AHEAD), face(SAD, ASIDE))) == RoomView(2, 0.5, HAPPY)
    assert view_of(picture(face(SAD, ASIDE))) == RoomView(1, 0.0, None)


def test_without_landmarks_or_a_model_nothing_is_guessed() -> None:
    assert view_of(picture(face(HAPPY, None))) == RoomView(1, None, HAPPY)
    assert view_of(picture(face(None, None))) == RoomView(1, None, None)
    assert view_of(picture()) == RoomView(0, None, None)


def test_a_picture_counts_by_its_faces_and_for_ten_seconds() -> None:
    track = RoomTrack()
    track.update(0.0, RoomView(1, 0.0, SAD))
    lately = track.update(5.0, RoomView(3, 1.0, HAPPY))
    assert lately.faces == 3
    assert lately.facing == pytest.approx(0.75)
    assert lately.probabilities is not None
    assert lately.probabilities[EMOTIONS.index("happy")] == pytest.approx(0.75)
    assert track.update(11.0, RoomView(0, None, None)) == RoomView(0, 1.0, HAPPY)
    assert track.update(16.0, RoomView(0, None, None)) == RoomView(0, None, None)


@given(st.lists(st.tuples(st.floats(-5, 20), views), min_size=1, max_size=30))
def test_whatever_the_clock_does_shares_stay_shares(seen: list[tuple[float, RoomView]]) -> None:
    track, at_s = RoomTrack(), 0.0
    for step, view in seen:
        at_s += step
        lately = track.update(at_s, view)
        assert lately.faces == view.faces
        for share in (lately.facing, *(lately.probabilities or ())):
            assert share is None or -1e-9 <= share <= 1 + 1e-9


async def test_the_service_finds_all_five_faces_of_a_frame(group_jpeg: bytes) -> None:
    service = Service(make_options(MODELS_DIR, "compact", "yunet"))
    service.warm()
    try:
        seen = await service.analyse_room(group_jpeg)
    finally:
        service.stop()
    view = view_of(seen)
    assert view.faces == 5
    assert view.facing is not None
    assert view.probabilities is not None
    assert sum(view.probabilities) == pytest.approx(1, abs=1e-3)
    assert ([model.name for model in seen.models], seen.detector) == (["compact"], "yunet")
