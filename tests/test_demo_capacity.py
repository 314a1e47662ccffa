"""The figures of a load: what is carried, how the most is found, what an overload leaves."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.demo.capacity.chart import write_chart
from sessions.demo.capacity.figures import (
    CLOSE_ENOUGH,
    Point,
    delays_s,
    find_most,
    most_carried,
    percentiles_ms,
    summary,
)
from sessions.demo.capacity.overload import CROWD_S, TOLD_WITHIN_S, Answers, overload_of, recovery_s
from sessions.demo.simulation import Outcome

MS: dict[str, float | None] = {"p50": 10.0, "p95": 20.0, "p99": 30.0}
GOOD = Point(
    students=10, wanted=100, sent=100, answered=100, shed=0, errors=0, stored=100,
    frames_per_second=10.0, rtt_ms=MS, dashboard_ms=MS, cpu_server=0.5, cpu_generator=0.1,
    memory_mb=300.0, least=10, most=10,
)  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"shed": 1},
        {"errors": 1},
        {"stored": 99},
        {"answered": 96, "stored": 96},
        {"rtt_ms": {**MS, "p95": 501.0}},
        {"rtt_ms": dict.fromkeys(MS)},
    ],
)
def test_a_load_is_carried_when_all_frames_are_answered_in_time_and_stored(
    change: dict[str, object],
) -> None:
    assert GOOD.is_carried
    assert not replace(GOOD, **change).is_carried  # type: ignore[arg-type]


def up_to(capacity: int, students: int) -> Point:
    return replace(GOOD, students=students, shed=int(students > capacity))


@given(st.integers(0, 900), st.integers(1, 800))
def test_the_most_is_found_within_a_tenth_in_few_loads(capacity: int, most: int) -> None:
    curve = find_most(lambda students: up_to(capacity, students), most)
    students = [point.students for point in curve]
    assert students == sorted(set(students))
    assert len(curve) <= 12
    found = most_carried(curve)
    assert found <= min(capacity, most)
    assert found * CLOSE_ENOUGH + 1 >= min(capacity, most)


def test_what_is_carried_above_a_load_that_is_not_does_not_count() -> None:
    assert (
        most_carried([GOOD, replace(GOOD, students=20, shed=3), replace(GOOD, students=30)]) == 10
    )


def test_nothing_carried_is_said_as_nothing() -> None:
    found = summary([replace(GOOD, shed=1)], 5.0, 200.0)
    assert (found["students"], found["ratio_to_seed"], found["ratio_to_limit"]) == (0, 0, 0)


def test_ratios_are_to_the_seed_s_loop_and_to_the_analysis_alone() -> None:
    found = summary([GOOD], 2.5, 40.0)
    assert (found["ratio_to_seed"], found["ratio_to_limit"]) == (4.0, 0.25)


def test_a_frame_is_shown_with_the_first_tick_that_counts_it() -> None:
    shown = [(1.0, 1), (2.0, 1), (3.0, 3)]
    assert delays_s([2.4, 0.4, 2.9, 3.5], shown) == pytest.approx([0.6, 0.6, 0.1])


def test_percentiles_of_nothing_are_unknown() -> None:
    assert set(percentiles_ms([]).values()) == {None}


def answers(*entries: tuple[float, str, float]) -> Answers:
    return Answers(list(entries))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([(9.0, "shed", 0.1), (10.5, "result", 0.1), (11.5, "result", 0.1)], 0.0),
        ([(9.5, "result", 0.1), (10.5, "result", 0.9), (11.5, "result", 0.1)], 0.5),
        ([(9.5, "result", 0.1), (10.5, "shed", 0.1), (11.5, "shed", 0.1)], 1.5),
        ([(9.5, "result", 0.1), (13.0, "result", 0.1), (14.0, "result", 0.1)], 3.0),
    ],
)
def test_recovery_ends_with_the_last_late_missing_or_shed_answer(
    entries: list[tuple[float, str, float]], expected: float
) -> None:
    assert recovery_s(answers(*entries), 10.0) == pytest.approx(expected)


def test_only_what_came_while_it_was_too_much_is_an_overload_s() -> None:
    told = 5.0 + TOLD_WITHIN_S
    stayed = answers((1.0, "result", 0.1), (told, "result", 0.3), (5.0 + CROWD_S, "result", 0.1))
    crowd = answers((6.0, "result", 0.5), (told, "result", 0.5), (told + 1, "result", 0.5))
    crowd.all.append((told + 2, "shed", 0.1))
    found = overload_of([stayed, crowd], 1, 5.0, 2.0, Outcome(answered=5), 4)
    assert (found.sent, found.answered, found.shed, found.lost) == (5, 4, 1, 1)
    assert (found.least, found.most) == (1, 2)
    assert found.rtt_ms["p95"] == pytest.approx(500)


def test_the_chart_shows_what_was_measured(tmp_path: Path) -> None:
    write_chart(
        [GOOD, replace(GOOD, students=20, shed=5)], "compact on 2 cores", tmp_path / "c.html"
    )
    text = (tmp_path / "c.html").read_text()
    assert "compact on 2 cores" in text
    assert "dashboard p95" in text
