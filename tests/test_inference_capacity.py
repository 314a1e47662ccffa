import pytest

from inference.capacity import MEMORY_S, SURE_FOR_S, Capacity


def test_it_is_unknown_before_the_first_batch() -> None:
    assert Capacity().per_s(0.0) is None


def test_it_follows_the_batches_of_late() -> None:
    capacity = Capacity()
    for second in range(20):
        capacity.note(16, 0.4, float(second))
    assert capacity.per_s(19.0) == pytest.approx(40)
    for second in range(20, 20 + round(5 * MEMORY_S)):
        capacity.note(16, 1.0, float(second))
    assert capacity.per_s(44.0) == pytest.approx(16, rel=0.02)


def test_one_slow_batch_does_not_halve_it() -> None:
    capacity = Capacity()
    for second in range(20):
        capacity.note(16, 0.4, float(second))
    capacity.note(16, 1.2, 20.0)
    assert capacity.per_s(20.0) > 32  # type: ignore[operator]


@pytest.mark.finding(11)
def test_it_grows_while_no_large_batch_says_otherwise() -> None:
    """A server that was slow for a moment must not keep its classes slow for ever."""
    capacity = Capacity()
    capacity.note(16, 1.0, 0.0)
    assert capacity.per_s(SURE_FOR_S) == pytest.approx(16)
    later = [capacity.per_s(SURE_FOR_S + minute * 60.0) for minute in (1, 2, 600, 100_000)]
    assert later == sorted(later)  # type: ignore[type-var]
    assert later[0] > 32  # type: ignore[operator]
    capacity.note(16, 1.0, 200.0)
    assert capacity.per_s(200.0) == pytest.approx(16)
