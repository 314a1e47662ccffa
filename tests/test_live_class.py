"""One live class by itself: who is here, what may be recorded, what follows from the database."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from msgspec import to_builtins

from inference.engagement import Definition
from inference.labels import EMOTIONS
from inference.paths import MODELS_DIR
from inference.pipeline import FrameResult
from inference.pose import Pose
from inference.service import Service
from sessions.clock import CLOCK_ID, Start, reading
from sessions.joining.admission import Admission
from sessions.live import live_class as module
from sessions.live.agreement import ParticipantTruth, SessionTruth
from sessions.live.counters import Counters
from sessions.live.live_class import LiveClass
from sessions.live.pacing import Frame
from sessions.live.people import Presence
from sessions.live.protocol import StudentMessage
from sessions.live.recorder import Recorder
from sessions.live.tasks import Tasks
from sessions.models import Sample
from tests.classroom import empty_frame
from tests.model_factory import make_options

INTERVAL_S = 1.0


@dataclass(eq=False)
class Line:
    """The other end of a student's socket, kept in memory."""

    me: Admission
    entered_at: float = field(default_factory=time.monotonic)
    heard_at: float = field(default_factory=time.monotonic)
    turn_at: float = 0.0
    said: list[dict[str, Any]] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)

    @property
    def connection_id(self) -> int:
        return self.me.connection_id

    async def say(self, message: StudentMessage) -> None:
        self.said.append(to_builtins(message))

    async def finish(self, code: int, reason: str) -> None:
        self.closed.append(int(code))

    async def tell_state(self, state: str) -> None:
        self.said.append({"type": "session", "state": state})


class Kept(Recorder):
    """A recorder that is not started: what it was given waits in it."""

    def __init__(self) -> None:
        super().__init__(None, Counters())
        self.given: list[Sample] = []

    def add(self, sample: Sample) -> None:
        self.given.append(sample)
        super().add(sample)


@pytest.fixture(scope="module")
def service() -> Any:
    """The real analysis of the presence policy: faces are found, no model is needed."""
    service = Service(make_options(MODELS_DIR, None))
    service.warm()
    yield service
    service.stop()


@dataclass
class Room:
    """A live class with its surroundings."""

    live: LiveClass
    recorder: Kept
    tasks: Tasks
    truth: SessionTruth

    def enter(self, number: int = 1, connection: int = 10, token: str = "t") -> Line:
        me = Admission(
            session_id=self.truth.session_id,
            code="ABCDEF",
            title="Waves",
            state="live",
            start=self.truth.start,
            interval_s=INTERVAL_S,
            show_engagement=True,
            participant_id=number,
            name=f"Pupil {number}",
            is_simulated=False,
            camera="on",
            connection_id=connection,
            token_hash=token,
        )
        line = Line(me)
        self.live.enter(line, me)  # type: ignore[arg-type]
        return line

    async def frame(self, line: Line, seq: int = 1) -> dict[str, Any]:
        frame = Frame(seq, empty_frame(), self.live.moment())
        answer: dict[str, Any] = to_builtins(await self.live.analyse(line.me, frame))
        return answer

    async def agree(self, truth: SessionTruth | None) -> None:
        self.live.agree(truth, time.monotonic())
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def truth_of(state: str = "live", *numbers: int, **fields: Any) -> SessionTruth:
    known = {number: ParticipantTruth("t", False, False, 10) for number in numbers}
    return SessionTruth(5, state, Start.now(), INTERVAL_S, True, known, **fields)


@pytest.fixture
async def room(service: Service) -> Any:
    recorder, tasks = Kept(), Tasks(Counters())
    truth = truth_of("live", 1)
    yield Room(LiveClass(truth, service, recorder, Counters(), tasks), recorder, tasks, truth)
    await tasks.close()


async def test_a_frame_is_answered_and_recorded(room: Room) -> None:
    line = room.enter()
    answer = await room.frame(line)
    assert (answer["type"], answer["seq"], answer["faces"]) == ("result", 1, 0)
    assert [sample.participant_id for sample in room.recorder.given] == [1]


@pytest.mark.parametrize(("definition", "engagement"), [("index-1", 0.571), ("index-2", 0.667)])
async def test_engagement_is_by_the_definition_of_the_session(
    service: Service, definition: Definition, engagement: float
) -> None:
    recorder, tasks = Kept(), Tasks(Counters())
    truth = replace(truth_of("live", 1), definition=definition)
    live = LiveClass(truth, service, recorder, Counters(), tasks)
    line = Room(live, recorder, tasks, truth).enter()
    happy = tuple(float(name == "happy") for name in EMOTIONS)
    seen = FrameResult(320, 240, 1, (0, 0, 90, 90), happy, Pose(0, 0), "compact", "yunet")
    live.saw(line.me, Frame(1, b"", live.moment()), seen)
    (stored,) = recorder.given
    assert (stored.definition, stored.detector) == (definition, "yunet")
    assert stored.engagement == pytest.approx(engagement, abs=0.001)
    await tasks.close()


@pytest.mark.finding(12)
async def test_nothing_is_recorded_after_the_end_that_only_the_database_told(room: Room) -> None:
    line = room.enter()
    await room.agree(replace(room.truth, state="ended"))
    assert {"type": "session", "state": "ended"} in line.said
    answer = await room.frame(line)
    assert (answer["type"], answer["code"]) == ("error", "not_live")
    assert room.recorder.given == []


@pytest.mark.finding(12)
async def test_a_start_that_only_the_database_told_begins_the_recording(
    room: Room,
) -> None:
    await room.agree(replace(room.truth, state="planned", start=None))
    line = room.enter()
    assert (await room.frame(line))["code"] == "not_live"
    await room.agree(truth_of("live", 1))
    assert (await room.frame(line))["type"] == "result"


@pytest.mark.finding(19)
async def test_a_deleted_student_without_a_socket_is_forgotten(room: Room) -> None:
    line = room.enter()
    room.live.leave(line, line.me)  # type: ignore[arg-type]
    assert 1 in room.live.people
    await room.agree(replace(room.truth, participants={}))
    assert 1 not in room.live.people


@pytest.mark.finding(19)
async def test_news_of_a_deletion_forgets_whoever_has_no_socket(room: Room) -> None:
    line = room.enter()
    room.live.leave(line, line.me)  # type: ignore[arg-type]
    room.live.part(1, "deleted")
    assert 1 not in room.live.people


@pytest.mark.parametrize(
    ("person", "code"),
    [
        (ParticipantTruth("t", True, False, 10), 4010),
        (ParticipantTruth("t", False, True, 10), 4011),
        (ParticipantTruth("another browser", False, False, 10), 4001),
        (ParticipantTruth("t", False, False, 11), 4001),
        (None, 4010),
    ],
    ids=["left", "removed", "moved", "newer connection", "deleted"],
)
async def test_what_the_database_says_of_a_student_closes_the_socket(
    room: Room, person: ParticipantTruth | None, code: int
) -> None:
    line = room.enter()
    await room.agree(replace(room.truth, participants={} if person is None else {1: person}))
    assert line.closed == [code]
    assert (await room.frame(line))["code"] == "not_live"


async def test_nothing_is_concluded_about_who_came_after_the_question(room: Room) -> None:
    asked_at = time.monotonic()
    line = room.enter(number=2)
    room.live.agree(room.truth, asked_at)
    await asyncio.sleep(0)
    assert line.closed == []
    assert (await room.frame(line))["type"] == "result"


async def test_a_newer_connection_takes_the_place_of_the_older(room: Room) -> None:
    older, newer = room.enter(connection=10), room.enter(connection=11)
    await asyncio.sleep(0)
    assert older.closed == [4001]
    assert (await room.frame(older))["code"] == "not_live"
    assert (await room.frame(newer))["type"] == "result"


async def test_a_newer_connection_at_another_process_closes_ours(room: Room) -> None:
    line = room.enter(connection=10)
    there = Presence(1, "Pupil 1", False, 12, True, "on")
    room.live.hear({"people": [there.to_news()], "seconds": []})
    await asyncio.sleep(0)
    assert line.closed == [4001]


async def test_a_session_that_was_deleted_ends_for_everybody(room: Room) -> None:
    line = room.enter()
    await room.agree(None)
    assert line.closed == [4010]
    assert room.live.people == {}


async def test_too_many_connections_of_one_participant_are_refused(room: Room) -> None:
    assert all(room.live.may_visit(1) for _ in range(module.VISITS_A_MINUTE))
    assert not room.live.may_visit(1)
    assert room.live.may_visit(2)


@pytest.mark.finding(21)
async def test_a_silent_student_is_shown_as_gone_and_then_closed(room: Room) -> None:
    line = room.enter()
    room.live.beat(line.heard_at + module.STALE_S - 1, [], 1.0)
    assert room.live.people[1].connected
    room.live.beat(line.heard_at + module.STALE_S + 1, [], 1.0)
    assert not room.live.people[1].connected
    line.heard_at += module.STALE_S
    room.live.beat(line.heard_at + 1, [], 1.0)
    assert room.live.people[1].connected
    room.live.beat(line.heard_at + module.SILENT_S + 1, [], 1.0)
    await asyncio.sleep(0)
    assert line.closed == [4014]


@pytest.mark.finding(16)
@pytest.mark.parametrize("hours", [-1, 1])
async def test_moments_do_not_follow_a_clock_that_is_set(
    room: Room, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    line = room.enter()
    await room.frame(line)
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
    await room.frame(line, seq=2)
    first, second = room.recorder.given
    assert timedelta() < second.at - first.at < timedelta(seconds=30)
    assert 0 <= second.second - first.second < 30


def test_the_steady_clock_goes_on_in_another_process_and_falls_back_after_a_reboot() -> None:
    began = timezone.now() - timedelta(hours=2)
    same_boot = Start(began, CLOCK_ID, reading() - 60)
    assert same_boot.elapsed_s() == pytest.approx(60, abs=5)
    assert same_boot.moment() - began == pytest.approx(
        timedelta(seconds=60), abs=timedelta(seconds=5)
    )
    another_boot = Start(began, "another boot", 1.0)
    assert another_boot.elapsed_s() == pytest.approx(7200, abs=5)
    assert Start(timezone.now() + timedelta(hours=1), "", None).elapsed_s() == 0.0


async def test_who_was_taken_out_is_forgotten_though_the_news_was_lost(room: Room) -> None:
    line = room.enter()
    room.live.leave(line, line.me)  # type: ignore[arg-type]
    out = ParticipantTruth("t", False, True, 10)
    await room.agree(replace(room.truth, participants={1: out}))
    assert room.live.people == {}


@pytest.mark.finding(11)
async def test_pages_are_told_to_slow_down_and_back(room: Room) -> None:
    line = room.enter()

    async def paces(pace: float) -> list[float]:
        line.said.clear()
        room.live.beat(time.monotonic(), [], pace)
        await asyncio.sleep(0)
        return [message["interval_s"] for message in line.said if message["type"] == "pace"]

    assert await paces(1.0) == []
    assert await paces(1.5) == [1.5 * INTERVAL_S]
    assert await paces(1.6) == []
    assert await paces(3.0) == [3.0 * INTERVAL_S]
    assert await paces(1.0) == [INTERVAL_S]


@pytest.mark.finding(11)
async def test_pages_that_are_slowed_down_send_one_after_the_other(room: Room) -> None:
    lines = [room.enter(number, number) for number in range(1, 5)]
    room.live.beat(time.monotonic(), [], 8.0)
    await asyncio.sleep(0)
    told = [message for line in lines for message in line.said if message["type"] == "pace"]
    assert [message["wait_s"] for message in told] == [0.0, 2.0, 4.0, 6.0]


async def test_when_the_pace_changes_again_who_waits_longest_goes_first(room: Room) -> None:
    lines = [room.enter(number, number) for number in range(1, 5)]
    for line, turn_at in zip(lines, (3.0, 1.0, 4.0, 2.0), strict=True):
        line.turn_at = turn_at
    room.live.beat(time.monotonic(), [], 8.0)
    await asyncio.sleep(0)
    assert [line.said[-1]["wait_s"] for line in lines] == [4.0, 0.0, 6.0, 2.0]
    lines[1].turn_at = 5.0
    room.live.beat(time.monotonic(), [], 4.0)
    await asyncio.sleep(0)
    assert [line.said[-1]["wait_s"] for line in lines] == [1.0, 3.0, 2.0, 0.0]


async def test_a_page_that_comes_while_others_are_slowed_down_is_told_and_only_then(
    room: Room,
) -> None:
    first = room.enter()
    room.live.greet(first, first.me)  # type: ignore[arg-type]
    await asyncio.sleep(0)
    assert first.said == []
    room.live.beat(time.monotonic(), [], 4.0)
    later = [room.enter(number, number) for number in range(2, 6)]
    for line in later:
        room.live.greet(line, line.me)  # type: ignore[arg-type]
    await asyncio.sleep(0)
    told = [message for line in later for message in line.said]
    assert {message["interval_s"] for message in told} == {4.0 * INTERVAL_S}
    assert len({message["wait_s"] for message in told}) == 4
    # What a page goes back to afterwards is the session's own interval.
    assert room.live.interval_s == INTERVAL_S


async def test_a_class_wants_what_its_cameras_give(room: Room) -> None:
    first, second = room.enter(1, 1), room.enter(2, 2)
    assert room.live.demand() == 2 / INTERVAL_S
    room.live.camera(first.me, "off")
    assert room.live.demand() == 1 / INTERVAL_S
    room.live.leave(second, second.me)  # type: ignore[arg-type]
    assert room.live.demand() == 0.0
    room.live.camera(first.me, "on")
    await room.agree(replace(room.truth, state="ended"))
    assert room.live.demand() == 0.0
