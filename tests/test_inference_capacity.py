import pytest

from inference.capacity import MEMORY_S, SURE_FOR_S, Capacity, Sizes


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


@pytest.mark.finding(11)
def test_a_small_batch_counts_only_where_it_was_faster_than_what_is_known() -> None:
    capacity = Capacity()
    capacity.note_small(2, 0.02, 0.0)
    assert capacity.per_s(0.0) is None
    for tenth in range(20):
        capacity.note(16, 0.4, tenth / 10)
    capacity.note_small(1, 0.05, 2.0)
    assert capacity.per_s(2.0) == pytest.approx(40)
    for tenth in range(20, 200):
        capacity.note_small(2, 0.025, tenth / 10)
    assert capacity.per_s(20.0) == pytest.approx(80, rel=0.1)


def sizes(rate: float | None) -> Sizes:
    capacity = Capacity()
    if rate is not None:
        capacity.note(100, 100 / rate, 0.0)
    return Sizes(capacity, workers=2, max_batch=16, batch_s=0.5, max_queue=256, queue_s=1.0)


@pytest.mark.finding(11)
@pytest.mark.parametrize(
    ("rate", "batch", "queue"),
    [(None, 4, 256), (1.0, 2, 2), (10.0, 5, 10), (100.0, 16, 100), (1000.0, 16, 256)],
)
def test_batch_and_queue_are_as_large_as_can_be_answered_in_time(
    rate: float | None, batch: int, queue: int
) -> None:
    assert (sizes(rate).batch(0.0), sizes(rate).queue(0.0)) == (batch, queue)
