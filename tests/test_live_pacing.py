from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.live.pacing import Answers, Frame, RateLimiter, Slot
from sessions.live.protocol import Shed

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def test_a_burst_passes_and_then_the_rate() -> None:
    limiter = RateLimiter(rate=10, burst=20, now=0.0)
    assert sum(limiter.allow(0.0) for _ in range(100)) == 20
    assert sum(limiter.allow(0.5) for _ in range(100)) == 5


@given(
    st.floats(0.1, 100),
    st.integers(1, 50),
    st.lists(st.floats(0, 5), min_size=1, max_size=200),
)
def test_never_more_than_burst_and_rate_allow(rate: float, burst: int, gaps: list[float]) -> None:
    limiter = RateLimiter(rate, burst, now=0.0)
    now, passed = 0.0, 0
    for gap in gaps:
        now += gap
        passed += limiter.allow(now)
        assert passed <= burst + rate * now + 1e-6


@given(st.floats(0.5, 20), st.integers(1, 100))
def test_who_keeps_to_the_rate_is_never_refused(rate: float, frames: int) -> None:
    limiter = RateLimiter(rate, burst=2, now=0.0)
    assert all(limiter.allow(number / rate) for number in range(frames))


def test_a_clock_that_runs_backwards_gives_nothing_away() -> None:
    limiter = RateLimiter(rate=1, burst=1, now=100.0)
    assert limiter.allow(100.0)
    assert not limiter.allow(50.0)
    assert not limiter.allow(100.5)
    assert limiter.allow(101.0)


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_limiter_that_lets_nothing_through_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="rate must be above 0"):
        RateLimiter(rate, burst, now=0.0)


def test_the_slot_keeps_the_latest_frame() -> None:
    slot = Slot()
    first, second = Frame(1, b"a", NOW), Frame(2, b"b", NOW)
    assert slot.take() is None
    assert slot.put(first) is None
    assert slot.put(second) is first
    assert slot.take() is second
    assert slot.take() is None


@given(st.integers(1, 30).flatmap(lambda n: st.permutations(range(1, n + 1))))
def test_answers_leave_in_the_order_of_their_frames(order: list[int]) -> None:
    answers = Answers()
    sent = []
    for seq in order:
        sent += answers.add(seq, Shed(seq, ""))
    assert [answer.seq for answer in sent if isinstance(answer, Shed)] == sorted(order)


def test_a_frame_has_one_answer() -> None:
    answers = Answers()
    answers.add(2, Shed(2, ""))
    with pytest.raises(ValueError, match="frame 2"):
        answers.add(2, Shed(2, ""))
    answers.add(1, Shed(1, ""))
    with pytest.raises(ValueError, match="frame 1"):
        answers.add(1, Shed(1, ""))
