from datetime import UTC, datetime, timedelta

import pytest

from inference.labels import EMOTIONS
from inference.pipeline import FrameResult
from inference.track import Estimate
from sessions.clock import Start
from sessions.joining.admission import Admission
from sessions.live.people import Presence
from sessions.live.samples import sample_of, with_sample

BEGAN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
HAPPY = tuple(0.94 if name == "happy" else 0.01 for name in EMOTIONS)
SEEN = FrameResult(320, 240, 2, (32, 24, 160, 120), HAPPY, None, "compact", "yunet")
NOBODY = FrameResult(320, 240, 0, None, None, None, "compact", "yunet")
PRESENT = FrameResult(320, 240, 1, (32, 24, 160, 120), None, None, "", "yunet")
ESTIMATE = Estimate("index-2", 0.55, "engaged", 0.6, 0.9, "facing", HAPPY, "happy")
ME = Admission(
    session_id=3,
    code="ABCDEF",
    title="Waves",
    state="live",
    start=Start(BEGAN, "", None),
    interval_s=1.0,
    show_engagement=True,
    participant_id=7,
    name="Ada",
    is_simulated=False,
    camera="on",
    connection_id=9,
    token_hash="",
)
ADA = Presence(id=7, name="Ada", simulated=False, connection=9, connected=True, camera="on")


@pytest.mark.parametrize(("after_s", "second"), [(0, 0), (61.9, 61), (-0.5, 0)])
def test_a_sample_knows_its_second(after_s: float, second: int) -> None:
    sample = sample_of(ME, BEGAN + timedelta(seconds=after_s), BEGAN, SEEN, ESTIMATE)
    assert (sample.session_id, sample.participant_id, sample.second) == (3, 7, second)
    assert sample.probabilities == HAPPY
    assert (sample.emotion, sample.engagement, sample.faces) == ("happy", 0.55, 2)
    assert (sample.model_name, sample.detector, sample.definition) == (
        "compact",
        "yunet",
        "index-2",
    )
    assert (sample.expression, sample.facing, sample.direction) == (0.6, 0.9, "facing")


@pytest.mark.parametrize("seen", [NOBODY, PRESENT])
def test_without_an_estimate_there_is_no_emotion(seen: FrameResult) -> None:
    sample = sample_of(ME, BEGAN, BEGAN, seen, Estimate())
    assert sample.emotion == ""
    assert set(sample.probabilities) == {None}
    assert sample.faces == seen.faces


def test_a_face_is_remembered_by_when_it_was_seen() -> None:
    ada = with_sample(ADA, BEGAN, SEEN, ESTIMATE)
    assert (ada.faces, ada.face_at, ada.engagement) == (2, BEGAN.timestamp(), 0.55)
    assert (ada.level, ada.direction, ada.label) == ("engaged", "facing", "happy")
    ada = with_sample(ada, BEGAN + timedelta(seconds=1), NOBODY, Estimate())
    assert (ada.faces, ada.face_at, ada.probabilities) == (0, BEGAN.timestamp(), None)
