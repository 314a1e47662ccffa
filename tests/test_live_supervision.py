"""What fails inside a serving process is seen, counted and gone on from."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest
from channels.testing import WebsocketCommunicator
from django.core import signing

from inference.paths import MODELS_DIR
from inference.service import Service
from sessions import news, services
from sessions.joining.cookies import SALT, cookie_name
from sessions.live.agreement import read_truths
from sessions.live.counters import Counters
from sessions.live.recorder import Recorder
from sessions.live.runtime import Runtime
from sessions.live.sockets.student import StudentSocket
from sessions.live.tasks import Tasks
from sessions.models import Sample
from tests.classroom import empty_frame
from tests.factories import join, make_session
from tests.model_factory import make_options


class Refusing(Recorder):
    """Fails at what follows the analysis of a frame."""

    def add(self, sample: Sample) -> None:
        raise RuntimeError("no room")


@pytest.mark.finding(13)
@pytest.mark.django_db(transaction=True)
async def test_a_failure_after_the_analysis_closes_the_socket_with_a_reason(
    caplog: pytest.LogCaptureFixture,
) -> None:
    counters = Counters()
    service = Service(make_options(MODELS_DIR, None))
    service.warm()
    runtime = Runtime(service, Refusing(None, counters), counters)
    session = await asyncio.to_thread(make_session)
    _, token = await asyncio.to_thread(join, session, "Ada")
    cookies = {cookie_name(session.code): signing.dumps(token, salt=SALT)}
    socket = WebsocketCommunicator(StudentSocket.as_asgi(runtime=runtime), "/")
    socket.scope |= {"cookies": cookies, "url_route": {"kwargs": {"code": session.code}}}
    await socket.connect(10)
    await socket.send_to(text_data=json.dumps({"type": "hello", "version": 1}))
    assert (await socket.receive_json_from(10))["type"] == "hello"
    await socket.send_to(bytes_data=empty_frame())
    assert (await socket.receive_json_from(10))["code"] == 4500
    assert (await socket.receive_output(10))["code"] == 4500
    assert counters.read()["tasks_failed"] == 1
    assert "no room" in caplog.text
    await socket.disconnect()
    await runtime.close()
    service.stop()


@pytest.mark.finding(13)
async def test_a_kept_task_is_started_again_however_it_ends() -> None:
    counters, began = Counters(), 0
    tasks = Tasks(counters)

    async def work() -> None:
        nonlocal began
        began += 1
        if began == 1:
            raise RuntimeError("unforeseen")
        if began == 2:
            raise asyncio.CancelledError
        await asyncio.Event().wait()

    tasks.keep(work, "work")
    async with asyncio.timeout(10):
        while began < 3:
            await asyncio.sleep(0.05)
    assert counters.read()["tasks_failed"] == 1
    await tasks.close()


class Broken:
    """A live class whose beat fails."""

    session_id = 1
    beats = 0

    def beat(self, now: float, trouble: list[str], pace: float) -> None:
        self.beats += 1
        raise RuntimeError("unforeseen")

    def demand(self) -> float:
        return 1.0

    def is_forgotten(self, now: float) -> bool:
        return False

    async def check(self, *args: Any) -> None: ...

    @property
    def audience(self) -> Broken:
        return self


class Sound(Broken):
    session_id = 2

    def beat(self, now: float, trouble: list[str], pace: float) -> None:
        self.beats += 1


@pytest.mark.finding(13)
async def test_one_class_that_fails_stops_no_other() -> None:
    counters = Counters()
    service = Service(make_options(MODELS_DIR, None))
    runtime = Runtime(service, Recorder(None, counters), counters)
    broken, sound = Broken(), Sound()
    runtime.classes = {1: broken, 2: sound}  # type: ignore[dict-item]
    runtime.begin()
    async with asyncio.timeout(10):
        while sound.beats < 2 or broken.beats < 2:
            await asyncio.sleep(0.05)
    assert counters.read()["tasks_failed"] >= 2
    await runtime.close()
    service.stop()


@pytest.mark.django_db(transaction=True)
async def test_a_class_that_answers_all_at_once_asks_the_database_a_few_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[list[int]] = []

    def slowly(session_ids: list[int]) -> Any:
        asked.append(list(session_ids))
        time.sleep(0.05)
        return read_truths(session_ids)

    counters = Counters()
    runtime = Runtime(Service(make_options(MODELS_DIR, None)), Recorder(None, counters), counters)
    session = await asyncio.to_thread(make_session)
    live = await runtime.live_class(session.pk)
    assert live is not None
    await asyncio.sleep(0.2)
    monkeypatch.setattr("sessions.live.runtime.read_truths", slowly)
    started = time.monotonic()
    for _ in range(300):
        await asyncio.to_thread(news.session_changed, session)
    await asyncio.to_thread(services.end_session, session)
    while live.state != "ended":
        assert time.monotonic() - started < 10
        await asyncio.sleep(0.02)
    assert 0 < len(asked) < 100
    await runtime.close()
