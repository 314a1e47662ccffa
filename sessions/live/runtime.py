"""What one serving process owns: the analysis, the recorder, the live classes."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from channels.db import database_sync_to_async
from django.conf import settings

from inference.service import Service
from inference.stages import Stages
from sessions.live.agreement import read_truths
from sessions.live.analysis import analysis, options
from sessions.live.counters import Counters
from sessions.live.exchange import Exchange
from sessions.live.housekeeping import Housekeeping
from sessions.live.live_class import LiveClass
from sessions.live.probes import Probes
from sessions.live.random_check_ins import look_after
from sessions.live.recorder import Recorder
from sessions.live.sharing import paces
from sessions.live.tasks import Tasks
from sessions.news import EVERYBODY, session_group

if TYPE_CHECKING:
    from sessions.live.sockets.base import LiveSocket

logger = logging.getLogger(__name__)

T = TypeVar("T")

BEAT_S: Final = 1.0
AGREE_EVERY_S: Final = 3.0
FAREWELL_S: Final = 2.0
"""How long a stopping server waits for its clients to take leave."""
MOST_OF_AN_ADDRESS: Final = 1500
"""Open sockets: a whole school stands behind one address."""
DATABASE_THREADS: Final = 2
"""Of the sockets' own: they do not wait behind the pages' queries."""


class Runtime:
    """Made once a serving process. start() and stop() from any thread, the rest from its loop."""

    def __init__(self, service: Service, recorder: Recorder, counters: Counters) -> None:
        self.service = service
        self.recorder = recorder
        self.counters = counters
        self._housekeeping = Housekeeping()
        self.classes: dict[int, LiveClass] = {}
        self.sockets: set[LiveSocket] = set()
        self._addresses: Counter[str] = Counter()
        self.probes = Probes()
        self._exchange = Exchange(self.probes.messages, counters)
        self._tasks: Tasks | None = None
        self._restarts = 0
        self._opening: dict[int, asyncio.Lock] = {}
        self._agreeing = asyncio.Lock()
        self._changed: set[int] = set()
        self._has_changed = asyncio.Event()
        self._threads = ThreadPoolExecutor(DATABASE_THREADS, thread_name_prefix="sockets-db")

    def start(self) -> None:
        """Start the recorder, and load the model in a thread: the port is open meanwhile."""
        self.recorder.start()
        self._housekeeping.start()
        threading.Thread(target=self._warm, name="warm", daemon=True).start()

    def begin(self) -> None:
        """Start the tasks, once the loop runs."""
        assert self.tasks is not None

    async def close(self) -> None:
        """Tell every socket that the server stops, close it, and end the tasks."""
        await asyncio.gather(*(socket.say_goodbye() for socket in list(self.sockets)))
        deadline = time.monotonic() + FAREWELL_S
        while self.sockets and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        if self._tasks is not None:
            await self._tasks.close()

    def stop(self) -> None:
        """End the analysis, then write what waits."""
        self.service.stop()
        self._housekeeping.stop()
        self.recorder.stop()
        self.probes.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _warm(self) -> None:
        try:
            self.service.warm()
            logger.info("Ready: frames are analysed")
        except Exception:
            logger.critical(
                "Frames cannot be analysed; `python manage.py check` says why", exc_info=True
            )

    @property
    def stages(self) -> Stages:
        """Where the time of this process's frames goes."""
        return self.service.stages

    # The classes ---------------------------------------------------------------------------

    @property
    def tasks(self) -> Tasks:
        """The tasks of this process; the first use starts those that go on for ever."""
        if self._tasks is None:
            asyncio.get_running_loop()  # Raises RuntimeError before anything is half started.
            self._tasks = Tasks(self.counters)
            self._tasks.keep(self.probes.run, "probes")
            self._tasks.keep(self._listen, "news")
            self._tasks.keep(self._beat, "beat")
            self._tasks.keep(self._agree, "agreement")
            self._tasks.keep(self._follow, "changes")
        return self._tasks

    async def live_class(self, session_id: int) -> LiveClass | None:
        """The session in this process, opened if need be; None where it does not exist."""
        lock = self._opening.setdefault(session_id, asyncio.Lock())
        async with lock:
            if session_id not in self.classes:
                await self._open(session_id)
            return self.classes.get(session_id)

    async def _open(self, session_id: int) -> None:
        tasks = self.tasks
        # Before the database is read, so that no news is lost in between.
        await self._exchange.subscribe(session_group(session_id))
        truth = (await self.database(read_truths, [session_id])).get(session_id)
        if truth is None:
            self._opening.pop(session_id, None)
            await self._exchange.unsubscribe(session_group(session_id))
            return
        self.classes[session_id] = LiveClass(
            truth, self.service, self.recorder, self.counters, tasks
        )

    async def database(self, question: Callable[..., T], *arguments: Any) -> T:
        """Ask the database from a thread of the sockets' own."""
        ask = database_sync_to_async(question, thread_sensitive=False, executor=self._threads)
        answer: T = await ask(*arguments)
        return answer

    def opened(self, socket: LiveSocket) -> bool:
        """Note a socket; False where its address has too many."""
        self.sockets.add(socket)
        self._addresses[socket.address] += 1
        return self._addresses[socket.address] <= MOST_OF_AN_ADDRESS

    def closed(self, socket: LiveSocket) -> None:
        """The socket's connection has ended."""
        self.sockets.discard(socket)
        self._addresses[socket.address] -= 1
        if not self._addresses[socket.address]:
            del self._addresses[socket.address]

    def dashboards_of(self, user_id: int) -> int:
        """How many dashboards of this teacher are open."""
        boards = (board for live in self.classes.values() for board in live.audience.dashboards)
        return sum(board.user_id == user_id for board in boards)

    def trouble(self) -> list[str]:
        """What does not work at present: database, analysis, messages, tasks."""
        found = {
            "database": not self.probes.database.ok or not self.recorder.is_storing,
            "analysis": not self.service.is_healthy,
            "messages": not self.probes.messages.ok,
            "tasks": self._tasks is not None and not self._tasks.is_steady,
        }
        return [name for name, is_failing in found.items() if is_failing]

    # The tasks -----------------------------------------------------------------------------

    async def _beat(self) -> None:
        """Each second: tell the dashboards, look after silent sockets and the pace."""
        while True:
            await asyncio.sleep(BEAT_S)
            self._look_after_threads()
            trouble = self.trouble()
            demands = {key: live.demand() for key, live in self.classes.items()}
            slower = paces(demands, self.service.capacity())
            for live in list(self.classes.values()):
                self._beat_one(live, trouble, slower[live.session_id])
                if live.is_forgotten(time.monotonic()):
                    del self.classes[live.session_id]
                    self._opening.pop(live.session_id, None)
                    leave = partial(self._exchange.unsubscribe, session_group(live.session_id))
                    self.tasks.spawn(leave, "farewell")

    def _look_after_threads(self) -> None:
        """The batcher's is started again by its own watchdog; here it is told of."""
        if self.recorder.has_died:
            self.tasks.note_restart("recorder")
            self.recorder.start()
        restarts = self.service.restarts
        if restarts > self._restarts:
            self.tasks.note_restart("analysis")
        self._restarts = restarts

    def _beat_one(self, live: LiveClass, trouble: list[str], pace: float) -> None:
        try:
            news = live.beat(time.monotonic(), trouble, pace)
        except Exception:
            self.counters.add("tasks_failed")
            logger.exception("The beat of session %s failed", live.session_id)
            return
        # Without Redis there is no other process to tell; and no class waits for another's.
        if news is not None and settings.REDIS_URL:
            tell = partial(self._exchange.send, session_group(live.session_id), news)
            self.tasks.spawn(tell, "class news")

    async def _agree(self) -> None:
        """Every few seconds: what the database says goes, whatever news was lost."""
        while True:
            await asyncio.sleep(AGREE_EVERY_S)
            for session_id in list(self.classes):
                await self._exchange.subscribe(session_group(session_id))
            for live in list(self.classes.values()):
                await live.audience.store_alerts(self.database)
            await self._ask_at_random()
            await self.agree(list(self.classes))
            for live in list(self.classes.values()):
                await live.audience.check(self.database)

    async def _ask_at_random(self) -> None:
        """Where a teacher wants it; while the database is away nobody is asked."""
        asking = [live for live in self.classes.values() if live.asks_at_random]
        if not asking:
            return
        ids = [live.session_id for live in asking]
        awake = [live.session_id for live in asking if live.students]
        try:
            await self.database(look_after, ids, awake)
        except Exception as error:
            logger.warning("Nobody is asked at random: %s", error)

    async def _follow(self) -> None:
        """Agree at once about sessions that changed; what changes meanwhile is one question more,
        not one for each of a class that answers all at once."""
        while True:
            await self._has_changed.wait()
            self._has_changed.clear()
            changed, self._changed = self._changed, set()
            await self.agree(list(changed))

    async def agree(self, session_ids: list[int]) -> None:
        """Agree with the database about these sessions; while it is away nothing changes."""
        if not session_ids:
            return
        # One at a time: an older answer must not undo a newer one.
        async with self._agreeing:
            asked_at = time.monotonic()
            try:
                truths = await self.database(read_truths, session_ids)
            except Exception as error:
                logger.warning("Sessions could not be compared with the database: %s", error)
                return
            for session_id in session_ids:
                if live := self.classes.get(session_id):
                    live.agree(truths.get(session_id), asked_at)

    async def _listen(self) -> None:
        """Take in the news of other processes and of pages; it is kept, and tries again."""
        groups = (EVERYBODY, *(session_group(key) for key in self.classes))
        await self._exchange.listen(groups, self._hear)

    async def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] == "authority.changed":
            for live in list(self.classes.values()):
                await live.audience.check(self.database, message["user_id"])
            return
        known = self.classes.get(message["session_id"])
        if known is None:
            return
        if message["type"] == "class.news":
            known.hear(message)
        elif message["type"] == "participant.gone":
            known.part(message["participant_id"], message["reason"])
        elif message["type"] == "session.changed":
            self._changed.add(known.session_id)
            self._has_changed.set()


def from_settings() -> Runtime:
    """A runtime as the settings describe it; nothing is started or loaded yet."""
    counters = Counters()
    service = Service(options(), analysis)
    recorder = Recorder(settings.DATA_DIR / "journal", counters, stages=service.stages)
    return Runtime(service, recorder, counters)


_current: Runtime | None = None


def current() -> Runtime | None:
    """The process's runtime; None in commands and wherever no class is served."""
    return _current


def serve_with(runtime: Runtime | None) -> None:
    """Make it the process's runtime."""
    global _current
    _current = runtime


@contextmanager
def use(runtime: Runtime) -> Iterator[Runtime]:
    """Make it the process's runtime for a while."""
    before = _current
    serve_with(runtime)
    try:
        yield runtime
    finally:
        serve_with(before)
