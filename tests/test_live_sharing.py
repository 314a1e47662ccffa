import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.live.sharing import HEADROOM, SLOWEST, paces

demands = st.dictionaries(st.integers(), st.floats(0, 1000), max_size=8)


def test_nobody_is_slowed_down_while_the_capacity_is_unknown() -> None:
    assert paces({1: 300.0, 2: 10.0}, None) == {1: 1.0, 2: 1.0}


@pytest.mark.finding(11)
def test_a_class_of_ten_keeps_its_pace_beside_one_of_three_hundred() -> None:
    slower = paces({1: 300.0, 2: 10.0}, 100.0)
    assert slower[2] == 1.0
    assert slower[1] == pytest.approx(300 / (100 * HEADROOM - 10))


def test_equals_are_slowed_alike_and_without_bound_of_the_capacity_by_twenty() -> None:
    assert paces({1: 100.0, 2: 100.0}, 100.0) == {1: 1 / 0.45, 2: 1 / 0.45}
    assert paces({1: 1000.0}, 0.0) == {1: SLOWEST}
    assert paces({1: 0.0}, 0.0) == {1: 1.0}


@given(demands, st.floats(0.1, 2000))
def test_no_more_is_given_away_than_there_is_and_who_is_slowed_gets_the_most(
    demands: dict[int, float], capacity: float
) -> None:
    slower = paces(demands, capacity)
    assert slower.keys() == demands.keys()
    assert all(1.0 <= pace <= SLOWEST for pace in slower.values())
    given = {key: demands[key] / slower[key] for key in demands if slower[key] < SLOWEST}
    assert sum(given.values()) <= capacity * HEADROOM * 1.001 or not any(
        pace > 1 for pace in slower.values()
    )
    slowed = [given[key] for key in given if slower[key] > 1.0]
    if slowed:
        assert max(slowed) <= min(slowed) * 1.001
        assert all(amount <= min(slowed) * 1.001 for amount in given.values())


@given(demands, st.floats(0.1, 2000))
def test_nobody_is_slowed_down_without_need(demands: dict[int, float], capacity: float) -> None:
    if sum(demands.values()) <= capacity * HEADROOM * 0.999:
        assert set(paces(demands, capacity).values()) <= {1.0}
