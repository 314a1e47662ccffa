"""One student over time: present, facing, expression, and the engagement that combines them."""

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.engagement import INDEX_1, INDEX_2, Definition, combined, stretched
from inference.expression import WEIGHTS
from inference.labels import EMOTIONS
from inference.pipeline import FrameResult
from inference.pose import Pose
from inference.track import MAX_GAP_S, Estimate, StudentTrack


def certain(emotion: str) -> tuple[float, ...]:
    return tuple(float(name == emotion) for name in EMOTIONS)


NOBODY = FrameResult(320, 240, 0, None, None, None, "m", "yunet")
FACING = replace(NOBODY, faces=1, probabilities=certain("happy"), pose=Pose(0, 0))
TURNED = replace(FACING, pose=Pose(60, 0))
UNPOSED = replace(FACING, pose=None)
FRAMES = st.sampled_from((NOBODY, FACING, TURNED, UNPOSED, replace(FACING, pose=Pose(0, 40))))


def after(track: StudentTrack, frame: FrameResult, seconds: int, start: int = 0) -> Estimate:
    said = Estimate()
    for second in range(start, start + seconds):
        said = track.update(second, frame)
    return said


def test_a_happy_face_to_the_screen() -> None:
    said = after(StudentTrack(INDEX_2), FACING, 5)
    assert said.expression == pytest.approx(WEIGHTS["happy"])
    assert said.engagement == pytest.approx(combined(WEIGHTS["happy"], 1.0))
    assert (said.definition, said.level, said.facing) == (INDEX_2, "very", 1.0)
    assert (said.direction, said.label, said.probabilities) == ("facing", "happy", certain("happy"))


def test_without_a_face_nothing_is_estimated_and_nothing_changes() -> None:
    track = StudentTrack(INDEX_2)
    before = after(track, FACING, 5)
    assert after(track, NOBODY, 3, 5) == Estimate()
    assert track.update(8, FACING) == before


def test_of_one_who_turns_away_no_emotion_is_claimed_and_engagement_sinks() -> None:
    track = StudentTrack(INDEX_2)
    steps = [after(track, FACING, 20)]
    steps += [track.update(20 + second, TURNED) for second in range(10)]
    assert all(said.probabilities is None and said.label is None for said in steps[1:])
    values = [said.engagement for said in steps if said.engagement is not None]
    assert values == sorted(values, reverse=True)
    assert max(one - other for one, other in itertools.pairwise(values)) < 0.15
    assert (steps[-1].engagement, steps[-1].level) == (0.0, "not")
    assert steps[-1].direction == "turned"


def test_an_expression_is_carried_for_ten_seconds_and_not_longer() -> None:
    track = StudentTrack(INDEX_2)
    after(track, FACING, 5)
    assert track.update(4 + MAX_GAP_S, TURNED).expression == pytest.approx(WEIGHTS["happy"])
    assert track.update(5 + MAX_GAP_S, TURNED).expression is None


def test_where_facing_is_not_known_the_expression_alone_counts_by_index_1() -> None:
    said = after(StudentTrack(INDEX_2), UNPOSED, 5)
    assert (said.definition, said.facing, said.direction) == (INDEX_1, None, None)
    assert said.engagement == pytest.approx(stretched(WEIGHTS["happy"]))


def test_index_1_leaves_out_where_the_student_faces() -> None:
    track = StudentTrack(INDEX_1)
    said = after(track, TURNED, 20)
    assert (said.definition, said.facing, said.label) == (INDEX_1, None, "happy")
    assert said.engagement == pytest.approx(stretched(WEIGHTS["happy"]))


def test_presence_alone_has_no_engagement() -> None:
    seen = replace(NOBODY, faces=1)
    assert after(StudentTrack(INDEX_2), seen, 3) == Estimate()


def test_a_face_with_no_emotion_yet_that_is_turned_away_is_not_engaged() -> None:
    said = after(StudentTrack(INDEX_2), TURNED, 3)
    assert (said.engagement, said.level, said.expression) == (0.0, "not", None)


@pytest.mark.parametrize("definition", [INDEX_1, INDEX_2])
@given(steps=st.lists(st.tuples(st.floats(0, 15), FRAMES), max_size=40))
def test_whatever_comes_the_estimate_keeps_its_bounds(
    definition: Definition, steps: list[tuple[float, FrameResult]]
) -> None:
    track, at = StudentTrack(definition), 0.0
    for wait, frame in steps:
        at += wait
        said = track.update(at, frame)
        assert said.engagement is None or 0 <= said.engagement <= 1
        assert said.expression is None or 0.2 - 1e-9 <= said.expression <= 0.9 + 1e-9
        assert (said.engagement is None) == (said.level is None) == (said.definition is None)
        if frame.faces == 0:
            assert said == Estimate()
        if said.direction == "turned":
            assert said.probabilities is None
            assert said.label is None
