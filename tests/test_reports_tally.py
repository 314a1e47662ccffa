import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.reports.tally import MIN_USABLE, Tally, attended, merged, seconds_by_slot

seconds = st.floats(-100, 1000)
stays = st.lists(st.tuples(seconds, seconds), max_size=12)


def test_a_mean_of_too_few_samples_is_not_given() -> None:
    few = MIN_USABLE - 1
    tally = Tally(100, 1, 100, few, few, few, 0.5 * few, (few, 0, 0, 0, 0, 0, 0))
    assert tally.engagement is None
    assert tally.emotion_shares is None
    assert tally.dominant is None
    assert tally.coverage == few / 100


def test_enough_samples_give_mean_shares_and_dominant_emotion() -> None:
    tally = Tally(100, 1, 50, 20, 20, 20, 8.0, (0, 0, 0, 15, 5, 0, 0))
    assert tally.engagement == pytest.approx(0.4)
    assert tally.dominant == ("happy", 0.75)
    assert tally.attendance == 0.5


def test_coverage_is_capped_and_none_where_nothing_is_expected() -> None:
    assert Tally(100, 1, 10, 20, 20).coverage == 1
    assert Tally(100, 1, 0, 20, 20).coverage is None
    assert Tally(100, 60, 30).coverage is None


def test_a_session_that_has_not_begun_has_no_attendance() -> None:
    assert Tally(0, 1).attendance is None


def test_tallies_add_up() -> None:
    one = Tally(100, 1, 50, 20, 10, 10, 4.0, (1, 2, 3, 4, 0, 0, 0))
    total = Tally.sum([one, one], 100, 1)
    assert (total.attended_s, total.samples, total.usable) == (100, 40, 20)
    assert total.emotion_counts == (2, 4, 6, 8, 0, 0, 0)
    assert total.engagement == pytest.approx(0.4)


def test_stays_are_cut_to_the_session_and_joined() -> None:
    assert merged([(50, 70), (-20, 10), (5, 20), (90, 300), (400, 500)], 100) == [
        (0, 20),
        (50, 70),
        (90, 100),
    ]


@given(stays)
def test_merged_stays_never_overlap_and_stay_within_the_session(given_stays) -> None:  # type: ignore[no-untyped-def]
    result = merged(given_stays, 600)
    flat = [moment for stay in result for moment in stay]
    assert flat == sorted(flat)
    assert all(0 <= moment <= 600 for moment in flat)
    assert attended(result) <= 600


@given(stays, st.sampled_from([5, 10, 60]))
def test_slots_add_up_to_the_time_attended(given_stays, width) -> None:  # type: ignore[no-untyped-def]
    result = merged(given_stays, 600)
    slots = seconds_by_slot(result, width, 600 // width)
    assert sum(slots) == pytest.approx(attended(result))
    assert all(0 <= slot <= width + 1e-9 for slot in slots)
