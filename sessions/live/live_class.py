"""One session in one process: who is here, what may be recorded, what is told. No database."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.utils import timezone

from inference.pipeline import FrameResult
from inference.track import StudentTrack
from sessions.joining.admission import Admission
from sessions.live import protocol
from sessions.live.agreement import ParticipantTruth, SessionTruth
from sessions.live.audience import Audience
from sessions.live.counters import Counters
from sessions.live.looking import Looking
from sessions.live.pacing import Frame, RateLimiter
from sessions.live.people import People, Presence
from sessions.live.protocol import ELSEWHERE, FAREWELLS, SILENCE, CloseCode, StudentMessage
from sessions.live.room import Room
from sessions.live.samples import sample_of, with_sample
from sessions.live.tallies import Seconds
from sessions.live.tasks import Tasks
from sessions.news import Farewell

if TYPE_CHECKING:
    from inference.service import Service
    from sessions.live.recorder import Recorder
    from sessions.live.sockets.student import StudentSocket

News = dict[str, Any]
"""A message between serving processes, ready for the channel layer."""

LINGER_S: Final = 30.0
"""How long a class without connections is remembered, for those who come back."""
STALE_S: Final = 8.0
"""A student who was not heard for so long is shown as gone; a client speaks every 2 seconds."""
SILENT_S: Final = 45.0
"""A socket that was not heard for so long is closed."""
GOLDEN: Final = 0.618034
"""Multiples of it, without their whole parts, lie far from each other."""
PACE_STEP: Final = 1.25
"""A change of pace by less is not worth a message."""
VISITS_A_MINUTE: Final = 30
"""Connections of one participant: a page that reconnects needs a few."""


class LiveClass:
    """Owned by the event loop: call it from there only.

    It begins with what the database says and agrees with it every few seconds. A frame goes
    through analyse() and saw(); nothing is recorded but there.
    """

    def __init__(
        self,
        truth: SessionTruth,
        service: Service,
        recorder: Recorder,
        counters: Counters,
        tasks: Tasks,
    ) -> None:
        self.session_id = truth.session_id
        self.students: dict[int, StudentSocket] = {}
        self.audience = Audience(truth.session_id, tasks)
        self.people = People()
        self.looking = Looking(truth.session_id, counters)
        self.room = Room(truth, service, recorder, self.looking, tasks)
        self._truth = truth
        self._service = service
        self._recorder = recorder
        self._counters = counters
        self._tasks = tasks
        self._tracks: dict[int, StudentTrack] = {}
        self._seconds = Seconds()
        self._visits: dict[int, RateLimiter] = {}
        self._used_at = time.monotonic()
        self._pace = 1.0

    # What the session is ---------------------------------------------------------------------

    @property
    def state(self) -> str:
        return self._truth.state

    @property
    def interval_s(self) -> float:
        """Seconds between two frames of a student who is told no other pace."""
        return self._truth.interval_s

    @property
    def asks_at_random(self) -> bool:
        return self._truth.asks_at_random

    @property
    def show_engagement(self) -> bool:
        return self._truth.show_engagement

    def elapsed_s(self) -> float:
        """Seconds since the session began, by a clock that cannot be set; 0 before it."""
        return self._truth.start.elapsed_s() if self._truth.start else 0.0

    def moment(self) -> datetime:
        """Now, as records of the session are stamped."""
        return self._truth.start.moment() if self._truth.start else timezone.now()

    # The students ----------------------------------------------------------------------------

    def may_visit(self, participant_id: int) -> bool:
        """Whether this participant may open one more connection now."""
        now = time.monotonic()
        limiter = self._visits.setdefault(
            participant_id, RateLimiter(VISITS_A_MINUTE / 60, VISITS_A_MINUTE, now)
        )
        return limiter.allow(now)

    def enter(self, socket: StudentSocket, me: Admission) -> None:
        """A participant's socket is open from now on; an older one of theirs is closed."""
        older = self.students.get(me.participant_id)
        self.students[me.participant_id] = socket
        if older is not None:
            self._part_with(older, CloseCode.REPLACED, ELSEWHERE)
        self._recorder.opened(me.connection_id, self.moment)
        known = self.people.get(me.participant_id) or Presence(
            me.participant_id, me.name, me.is_simulated, me.connection_id, True, me.camera
        )
        self.people.know(replace(known, connection=me.connection_id, connected=True))

    def leave(self, socket: StudentSocket, me: Admission) -> None:
        """The socket has closed."""
        self._recorder.closed(me.connection_id, self.moment())
        if self.students.get(me.participant_id) is socket:
            del self.students[me.participant_id]
            self.people.change(me.participant_id, connected=False)

    def camera(self, me: Admission, state: str) -> None:
        """Why there are frames, or none."""
        self._recorder.camera(me.participant_id, state)
        self.people.change(me.participant_id, camera=state)

    def part(self, participant_id: int, reason: Farewell) -> None:
        """A participant is gone, or not on this device; deleted or removed ones are forgotten."""
        socket = self.students.pop(participant_id, None)
        if socket is not None:
            self._part_with(socket, *FAREWELLS[reason])
        if reason in ("deleted", "removed"):
            self._forget(participant_id)
        else:
            self.people.change(participant_id, connected=False)

    def _part_with(self, socket: StudentSocket, code: CloseCode, reason: str) -> None:
        self._tasks.spawn(partial(socket.finish, code, reason), "farewell")

    def _forget(self, participant_id: int) -> None:
        self.people.forget(participant_id)
        for known in (self._tracks, self._visits):
            known.pop(participant_id, None)
        self._seconds.forget(participant_id)
        self.audience.forget(participant_id)

    # A frame's way -----------------------------------------------------------------------------

    def may_record(self, me: Admission) -> bool:
        """The one place that decides whether anything about a participant may be recorded now."""
        socket = self.students.get(me.participant_id)
        is_here = socket is not None and socket.connection_id == me.connection_id
        return is_here and self.state == "live" and self._truth.start is not None

    async def analyse(self, me: Admission, frame: Frame) -> StudentMessage:
        """Have a frame looked at, and return the one answer to it."""
        analysis = self._service.analyse(
            frame.jpeg, group=self.session_id, member=me.participant_id
        )
        seen = await self.looking.at(frame.seq, analysis)
        if not isinstance(seen, FrameResult):
            return seen
        with self._service.stages.measure("track"):
            return self.saw(me, frame, seen)

    def saw(self, me: Admission, frame: Frame, seen: FrameResult) -> StudentMessage:
        """Store what was seen, keep it for the dashboards, and return the answer."""
        start = self._truth.start
        if start is None or not self.may_record(me):
            return self.looking.refuse(
                frame.seq, "not_live", "The class is not being recorded now."
            )
        at = frame.at
        second = int((at - start.at).total_seconds())
        track = self._tracks.get(me.participant_id)
        if track is None:
            track = self._tracks[me.participant_id] = StudentTrack(self._truth.definition)
        estimate = track.update(at.timestamp(), seen)
        self._recorder.add(sample_of(me, at, start.at, seen, estimate))
        self._seconds.add(me.participant_id, second, seen.faces, estimate)
        known = self.people.get(me.participant_id)
        if known is not None:
            self.people.know(with_sample(known, at, seen, estimate))
        self._counters.add("frames_answered")
        return protocol.result(frame.seq, at, seen, estimate, self.show_engagement)

    # Agreement with the database ---------------------------------------------------------------

    def agree(self, truth: SessionTruth | None, asked_at: float) -> None:
        """Take over what the database says; None where the session has been deleted.

        asked_at: of time.monotonic(); nothing is concluded about whoever came after that.
        """
        if truth is None:
            truth = replace(self._truth, state="ended", participants={}, asks=())
        before, self._truth = self._truth, truth
        self.room.agree(truth)
        new = {key for key, socket in self.students.items() if socket.entered_at >= asked_at}
        for participant_id in (self.people.keys() | self.audience.shown()) - new:
            person = truth.participants.get(participant_id)
            if person is None:
                self.part(participant_id, "deleted")
            elif person.is_removed:
                self.part(participant_id, "removed")
            elif participant_id in self.students:
                self._compare(self.students[participant_id], person)
        if before.state != truth.state:
            self._tell_state()
        if before.question != truth.question:
            for socket in list(self.students.values()):
                self._tell_question(socket)

    def _compare(self, socket: StudentSocket, person: ParticipantTruth) -> None:
        """Close a socket that is not the participant's any more."""
        assert socket.me is not None, "a socket enters as somebody"
        participant_id = socket.me.participant_id
        if person.has_left:
            self.part(participant_id, "left")
        elif person.token_hash != socket.me.token_hash:
            self.part(participant_id, "moved")
        elif person.connection > socket.connection_id:
            del self.students[participant_id]
            self._part_with(socket, CloseCode.REPLACED, ELSEWHERE)

    def greet(self, socket: StudentSocket, me: Admission) -> None:
        """Tell a student's page, which is new, which check-in can be answered, and the pace."""
        if self._truth.voice.check_in is not None:
            self._tell_question(socket)
        if self._pace > 1.0:
            self._tell_pace(socket, me.participant_id * GOLDEN % 1.0)

    def _tell_question(self, socket: StudentSocket) -> None:
        question = protocol.Question(*self._truth.question)
        self._tasks.spawn(partial(socket.say, question), "question")

    def _tell_state(self) -> None:
        state = self.state
        for socket in list(self.students.values()):
            self._tasks.spawn(partial(socket.tell_state, state), "state")
        self.audience.tell_state(state)

    def demand(self) -> float:
        """Frames a second that its students would send if the server could take them all."""
        if self.state != "live":
            return 0.0
        here = (self.people.get(key) for key in self.students)
        sending = sum(one is not None and one.connected and one.camera == "on" for one in here)
        return sending / self._truth.interval_s

    # The beat ------------------------------------------------------------------------------------

    def beat(self, now: float, trouble: list[str], pace: float) -> News | None:
        """Look after silent sockets and the pace, let the dashboards tick; returns the news.

        now: of time.monotonic(). trouble: Runtime.trouble(). pace: how many times slower than
        the session's interval its students should send.
        """
        self._look_after_silence(now)
        self._set_pace(pace)
        if not self._is_empty():
            self._used_at = now
        people = self.people.take_news(now)
        news = {
            "type": "class.news",
            "session_id": self.session_id,
            "people": people,
            "seconds": self._seconds.take(),
            "room": self.room.news(),
        }
        self.hear(news)
        self.audience.tick(trouble, self._truth, self.room.shown())
        return news if people or news["seconds"] or news["room"] else None

    def hear(self, news: News) -> None:
        """News of this process or another one, for the dashboards; a newer connection wins."""
        people = [Presence.from_news(one) for one in news["people"]]
        for person in people:
            socket = self.students.get(person.id)
            if socket is not None and person.connection > socket.connection_id:
                del self.students[person.id]
                self._part_with(socket, CloseCode.REPLACED, ELSEWHERE)
        self.audience.take_in(people, news["seconds"])
        self.room.hear(news.get("room"))

    def is_forgotten(self, now: float) -> bool:
        """Whether nobody has been connected for a while."""
        return self._is_empty() and now - self._used_at > LINGER_S

    def _is_empty(self) -> bool:
        return not (self.students or self.audience.dashboards or self.room.socket)

    def _look_after_silence(self, now: float) -> None:
        for participant_id, socket in list(self.students.items()):
            silent_s = now - socket.heard_at
            known = self.people.get(participant_id)
            if known is not None and known.connected != (silent_s < STALE_S):
                self.people.change(participant_id, connected=silent_s < STALE_S)
            if silent_s > SILENT_S:
                self._part_with(socket, CloseCode.SILENT, SILENCE)
        self.audience.close_silent(now - SILENT_S, SILENCE)
        self.room.close_silent(now - SILENT_S, SILENCE)

    def _set_pace(self, wanted: float) -> None:
        """Tell the pages to slow down while the server has more to do than it can, and back."""
        is_small = 1 / PACE_STEP < wanted / self._pace < PACE_STEP
        if is_small and (wanted > 1.0 or self._pace == 1.0):
            return
        self._pace = wanted
        # The pace may change again before all have had their turn: who waits longest goes first.
        sockets = sorted(self.students.values(), key=lambda socket: socket.turn_at)
        for place, socket in enumerate(sockets):
            self._tell_pace(socket, place / len(sockets))

    def _tell_pace(self, socket: StudentSocket, place: float) -> None:
        """place: 0 to 1, of the student among all. One after the other: all at once they would
        overwhelm the server, then leave it idle."""
        interval_s = self.interval_s * self._pace
        message = protocol.Pace(round(interval_s, 2), round(interval_s * place, 2))
        self._tasks.spawn(partial(socket.say, message), "pace")
