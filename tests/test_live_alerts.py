"""When alerts are raised and over: known classes, and properties of any."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.live.alerts import OVER_AFTER_S, QUIET_S, Alerts, Change, Key, Rules, Seen

WELL = Seen(known=20, engaged=18, coverage=0.9, away=frozenset(), confused=0)
RULES = Rules(share=0.5, after_s=60, coverage=0.4, away_s=120, confused=3)


def run(alerts: Alerts, start: int, seconds: int, seen: Seen) -> list[tuple[int, Change]]:
    return [
        (second, change)
        for second in range(start, start + seconds)
        for change in alerts.observe(second, seen)
    ]


def test_a_class_that_is_well_is_left_alone() -> None:
    assert run(Alerts(RULES), 0, 3000, WELL) == []


def test_few_engaged_students_are_told_of_once_and_its_end_too() -> None:
    alerts = Alerts(RULES)
    low = replace(WELL, engaged=8)
    assert run(alerts, 0, 300, low) == [(60, Change(("engaged", None), True, 0.4))]
    hardly = replace(WELL, engaged=11)
    assert run(alerts, 300, 300, hardly) == [], "not clearly over"
    ((second, change),) = run(alerts, 600, 100, WELL)
    assert (second, change.is_raised) == (600 + OVER_AFTER_S, False)


def test_a_short_dip_and_one_that_is_broken_are_none() -> None:
    alerts = Alerts(RULES)
    low = replace(WELL, engaged=2)
    for start in range(0, 600, 60):
        assert run(alerts, start, 50, low) == []
        assert run(alerts, start + 50, 10, WELL) == []


def test_it_is_quiet_for_a_while_afterwards() -> None:
    alerts = Alerts(RULES)
    low = replace(WELL, engaged=2)
    run(alerts, 0, 100, low)
    run(alerts, 100, 40, WELL)
    over_at = 100 + OVER_AFTER_S
    ((second, change),) = run(alerts, 140, 600, low)
    assert change.is_raised
    assert second == over_at + QUIET_S


def test_with_too_few_faces_engagement_is_not_judged() -> None:
    alerts = Alerts(RULES)
    unseen = replace(WELL, engaged=0, coverage=0.2)
    (told,) = run(alerts, 0, 600, unseen)
    assert told[1].key == ("coverage", None)
    few = replace(WELL, known=4, engaged=0)
    assert run(Alerts(RULES), 0, 600, few) == []
    nobody = Seen(0, 0, None, frozenset(), 0)
    assert run(Alerts(RULES), 0, 600, nobody) == []


def test_each_student_who_is_away_is_told_of() -> None:
    alerts = Alerts(RULES)
    away = replace(WELL, away=frozenset({3, 5}))
    told = run(alerts, 0, 200, away)
    assert {change.key for _, change in told} == {("away", 3), ("away", 5)}
    assert {second for second, _ in told} == {120}
    back = run(alerts, 200, 60, replace(WELL, away=frozenset({5})))
    assert [(change.key, change.is_raised) for _, change in back] == [(("away", 3), False)]


def test_several_confused_students_are_told_of_at_once() -> None:
    alerts = Alerts(RULES)
    assert run(alerts, 0, 10, replace(WELL, confused=2)) == []
    (told,) = run(alerts, 10, 100, replace(WELL, confused=3))
    assert told == (10, Change(("confused", None), True, 3.0))


def test_what_is_turned_off_is_never_told() -> None:
    off = Rules(share=None, coverage=None, away_s=None, confused=None)
    worst = Seen(20, 0, 0.0, frozenset(range(20)), 20)
    assert run(Alerts(off), 0, 2000, worst) == []


def test_what_was_raised_before_a_restart_is_not_raised_again() -> None:
    alerts = Alerts(RULES)
    alerts.adopt({("engaged", None): 30.0})
    assert run(alerts, 100, 300, replace(WELL, engaged=2)) == []
    ((_, change),) = run(alerts, 400, 60, WELL)
    assert not change.is_raised


classes = st.builds(
    Seen,
    known=st.integers(0, 30),
    engaged=st.integers(0, 0),
    coverage=st.none() | st.floats(0, 1),
    away=st.frozensets(st.integers(1, 5)),
    confused=st.integers(0, 10),
)


@given(st.lists(st.tuples(st.integers(1, 200), classes), max_size=60))
def test_an_alert_is_raised_and_over_in_turn_and_never_too_soon(
    moments: list[tuple[int, Seen]],
) -> None:
    alerts, now = Alerts(RULES), 0
    last: dict[Key, tuple[bool, int]] = {}
    for step, seen in moments:
        now += step
        for change in alerts.observe(now, seen):
            before = last.get(change.key)
            assert (before is None) or before[0] != change.is_raised
            assert change.is_raised or before is not None
            if change.is_raised and before is not None:
                assert now - before[1] >= QUIET_S
            last[change.key] = (change.is_raised, now)


@pytest.mark.parametrize("second", [0, 1_000_000])
def test_any_second_of_a_session_will_do(second: int) -> None:
    assert len(run(Alerts(RULES), second, 100, replace(WELL, engaged=0))) == 1
