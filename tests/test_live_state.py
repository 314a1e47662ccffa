import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.labels import EMOTIONS
from sessions.live.dashboard_messages import ParticipantView
from sessions.live.people import Presence
from sessions.live.state import HEARD_WITHIN_S, ClassState
from sessions.live.tallies import Slots

HAPPY = tuple(0.94 if name == "happy" else 0.01 for name in EMOTIONS)
SAD = tuple(0.94 if name == "sad" else 0.01 for name in EMOTIONS)
ADA = Presence(
    id=1,
    name="Ada",
    simulated=False,
    connection=10,
    connected=True,
    camera="on",
    faces=1,
    face_at=100.0,
    probabilities=HAPPY,
    engagement=0.6,
    level="engaged",
    direction="facing",
    label="happy",
)
BEN = replace(
    ADA, id=2, name="Ben", probabilities=SAD, engagement=0.2, level="not", direction="turned",
    label=None,
)  # fmt: skip


def empty_state(interval_s: float) -> ClassState:
    """Of a session that has not started."""
    return ClassState(interval_s, Slots(1, interval_s, {}, {}), 0.0)


def state_with(*people: Presence, interval_s: float = 1.0, now: float = 100.0) -> ClassState:
    state = empty_state(interval_s)
    state.update(people, now)
    return state


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({}, "here"),
        ({"face_at": None, "faces": 0}, "away"),
        ({"face_at": 94.0}, "away"),
        ({"face_at": 96.0}, "here"),
        ({"camera": "paused"}, "paused"),
        ({"camera": "refused"}, "no_camera"),
        ({"camera": "off"}, "no_camera"),
        ({"connected": False}, "offline"),
        ({"connected": False, "camera": "paused"}, "offline"),
    ],
)
def test_status(change: dict[str, Any], status: str) -> None:
    person = replace(ADA, **change)
    assert state_with(person).status(person, 100.0) == status


def test_here_lasts_three_intervals() -> None:
    state = state_with(ADA, interval_s=10.0)
    assert state.status(ADA, 112.0) == "here"
    state = state_with(ADA, interval_s=1.0)
    assert state.status(ADA, 112.0) == "away"


def test_who_is_not_heard_of_is_offline() -> None:
    state = state_with(ADA)
    assert state.status(ADA, 100.0 + HEARD_WITHIN_S) != "offline"
    assert state.status(ADA, 100.1 + HEARD_WITHIN_S) == "offline"
    state.update([ADA], 120.0)
    assert state.status(ADA, 121.0) != "offline"


def test_the_first_tick_tells_everything_and_the_next_only_changes() -> None:
    state = state_with(ADA, BEN)
    first = state.tick(0.0, 100.0)
    assert first.connected == first.faces == 2
    assert first.engagement == pytest.approx(0.4)
    assert first.emotions["happy"] == pytest.approx(0.475)
    assert first.participants == [
        ParticipantView(1, "Ada", False, "here", "happy", "facing", 0.6, "engaged", 1),
        ParticipantView(2, "Ben", False, "here", None, "turned", 0.2, "not", 1),
    ]
    assert first.levels == {"not": 1, "engaged": 1, "very": 0}
    assert first.turned == 1
    assert state.tick(0.0, 100.5).participants == []
    state.update([replace(BEN, camera="paused")], 101.0)
    changed = state.tick(0.0, 101.0)
    assert [view.id for view in changed.participants] == [2]
    assert changed.faces == 1
    assert changed.connected == 2


def test_nobody_here_is_no_number_instead_of_zero() -> None:
    tick = state_with(replace(ADA, face_at=None, faces=0)).tick(0.0, 100.0)
    assert tick.engagement is None
    assert tick.emotions == {}
    assert tick.faces == 0


def test_one_who_is_away_has_no_emotion() -> None:
    view = state_with(replace(ADA, face_at=80.0)).views(100.0)[0]
    assert view.status == "away"
    assert view.emotion is None
    assert view.engagement is None


def test_without_emotion_faces_are_counted_all_the_same() -> None:
    tick = state_with(replace(ADA, probabilities=None, engagement=None)).tick(0.0, 100.0)
    assert tick.faces == 1
    assert tick.engagement is None
    assert tick.emotions == {}


def test_news_of_an_older_connection_comes_too_late() -> None:
    state = state_with(replace(ADA, connection=11))
    state.update([replace(ADA, connection=10, connected=False)], 100.0)
    assert state.tick(0.0, 100.0).connected == 1


def test_a_removed_participant_stays_away_and_is_told_once() -> None:
    state = state_with(ADA, BEN)
    state.tick(0.0, 100.0)
    state.remove(1)
    state.update([ADA], 101.0)
    tick = state.tick(0.0, 101.0)
    assert tick.removed == [1]
    assert tick.connected == 1
    assert state.tick(0.0, 101.0).removed == []
    assert state.ids() == {2}


def test_who_is_let_in_again_comes_with_a_newer_connection() -> None:
    state = state_with(ADA)
    state.remove(1)
    state.update([replace(ADA, connection=ADA.connection + 1)], 101.0)
    assert state.ids() == {1}


def test_news_survives_its_way_between_processes() -> None:
    assert Presence.from_news(json.loads(json.dumps(ADA.to_news()))) == ADA
    bare = replace(ADA, probabilities=None, face_at=None, engagement=None)
    assert Presence.from_news(json.loads(json.dumps(bare.to_news()))) == bare


people = st.builds(
    Presence,
    id=st.integers(1, 5),
    name=st.just("x"),
    simulated=st.booleans(),
    connection=st.integers(1, 5),
    connected=st.booleans(),
    camera=st.sampled_from(["on", "off", "paused"]),
    faces=st.integers(0, 3),
    face_at=st.none() | st.floats(0, 200),
    probabilities=st.none() | st.just(HAPPY),
    engagement=st.none() | st.floats(0, 1),
)


@given(st.lists(st.tuples(people, st.floats(0, 200)), max_size=30), st.data())
def test_ticks_put_together_are_the_whole(
    news: list[tuple[Presence, float]], data: st.DataObject
) -> None:
    state = empty_state(1.0)
    told: dict[int, ParticipantView] = {}
    now = 0.0
    for person, at in news:
        now = max(now, at)
        state.update([person], now)
        if data.draw(st.booleans()):
            state.remove(data.draw(st.integers(1, 5)))
        tick = state.tick(0.0, now)
        told |= {view.id: view for view in tick.participants}
        for key in tick.removed:
            del told[key]
        assert told == {view.id: view for view in state.views(now)}
        assert 0 <= tick.faces <= tick.connected <= len(told)
        assert tick.engagement is None or 0 <= tick.engagement <= 1
