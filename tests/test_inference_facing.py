"""Whether a student faces the screen: over seconds, and against their own first minutes."""

from hypothesis import given
from hypothesis import strategies as st

from inference.facing import MAX_ASIDE, TURNED, UNKNOWN, WINDOW_S, Facing, FacingTrack
from inference.pose import Pose

STRAIGHT, AWAY, DOWN = Pose(0, 0), Pose(60, 0), Pose(0, 35)
POSES = st.builds(Pose, st.floats(-100, 100), st.floats(-90, 90))


def after(track: FacingTrack, pose: Pose | None, seconds: int, start: int = 0) -> Facing:
    """What is said after so many seconds with this pose."""
    said = UNKNOWN
    for second in range(start, start + seconds):
        said = track.update(second, pose)
    return said


def test_one_who_looks_straight_faces_the_screen() -> None:
    assert after(FacingTrack(), STRAIGHT, 5) == Facing(1.0, "facing", "facing")


def test_one_who_turns_away_is_shown_so_within_ten_seconds_and_comes_back() -> None:
    track = FacingTrack()
    after(track, STRAIGHT, 30)
    assert track.update(30, AWAY).direction == "facing", "a glance is no turning away"
    assert after(track, AWAY, 9, 31) == Facing(0.0, "turned", "turned")
    assert after(track, STRAIGHT, 10, 40) == Facing(1.0, "facing", "facing")


def test_looking_down_is_told_apart_and_counts_half() -> None:
    track = FacingTrack()
    after(track, STRAIGHT, 30)
    assert after(track, DOWN, 10, 30) == Facing(0.5, "down", "down")


def test_a_camera_that_stands_aside_turns_nobody_away() -> None:
    assert after(FacingTrack(), Pose(-MAX_ASIDE[0], 15), 60).direction == "facing"


def test_who_begins_turned_away_is_turned_away() -> None:
    assert after(FacingTrack(), Pose(MAX_ASIDE[0] + TURNED + 1, 0), 5).direction == "turned"


def test_who_is_turned_away_for_most_of_the_first_minutes_still_is() -> None:
    track = FacingTrack()
    after(track, STRAIGHT, 8)
    assert after(track, Pose(36, 0), 100, 8) == Facing(0.0, "turned", "turned")


def test_ones_own_direction_is_learned_in_two_minutes_and_then_kept() -> None:
    track = FacingTrack()
    after(track, Pose(15, 0), 121)
    after(track, Pose(39, 0), 600, 121)
    assert track.update(721, Pose(39, 0)).direction == "facing"
    assert track.update(722, Pose(41, 0)).now == "turned"


def test_without_a_pose_nothing_is_known_once_the_window_has_passed() -> None:
    track = FacingTrack()
    assert track.update(0, None) == UNKNOWN
    after(track, STRAIGHT, 5)
    assert track.update(8, None) == Facing(1.0, "facing", None)
    assert track.update(4 + WINDOW_S, None) == UNKNOWN


def test_the_direction_does_not_flicker_where_two_alternate() -> None:
    track = FacingTrack()
    after(track, STRAIGHT, 20)
    shown = [track.update(20 + n, AWAY if n % 2 else STRAIGHT).direction for n in range(60)]
    assert set(shown) == {"facing"}


@given(st.lists(st.tuples(st.floats(0, 30), st.none() | POSES), max_size=40))
def test_the_share_is_a_share_and_unknown_only_with_the_direction(
    steps: list[tuple[float, Pose | None]],
) -> None:
    track, at = FacingTrack(), 0.0
    for wait, pose in steps:
        at += wait
        said = track.update(at, pose)
        assert said.share is None or 0 <= said.share <= 1
        assert (said.share is None) == (said.direction is None)
        assert (said.now is None) == (pose is None)
