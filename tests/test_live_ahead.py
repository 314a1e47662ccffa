"""What has been acknowledged outlives a killed process, and is forgotten when it is stored."""

from __future__ import annotations

import fcntl
import multiprocessing
import signal
from pathlib import Path

import pytest

from sessions.live import ahead
from sessions.live.ahead import ENDING, Ahead, adopt
from sessions.live.counters import Counters
from sessions.live.journal import Journal
from sessions.live.recorder import Recorder
from sessions.models import Sample
from tests.classroom import Pupil, Teacher, empty_frame, until
from tests.factories import make_participant
from tests.server import running_server
from tests.test_live_recorder import sample


def lines(folder: Path, ending: str = ENDING) -> list[bytes]:
    return sorted(line for path in folder.glob(f"*{ending}") for line in path.read_bytes().split())


def test_what_is_written_stays_until_it_is_stored(tmp_path: Path) -> None:
    kept = Ahead(tmp_path / "journal", 100)
    kept.write(b"1\n")
    kept.turn()
    kept.write(b"2\n")
    assert lines(tmp_path / "journal") == [b"1", b"2"]
    kept.stored()
    assert lines(tmp_path / "journal") == [b"2"]
    kept.close()
    assert list((tmp_path / "journal").iterdir()) == []


def test_it_keeps_as_many_lines_as_may_wait_and_not_for_ever_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "SEGMENT", 10)
    kept = Ahead(tmp_path, 25)
    for number in range(1000):
        kept.write(b"%04d\n" % number)
    found = lines(tmp_path)
    assert 25 <= len(found) <= 45
    assert found[-25:] == [b"%04d" % number for number in range(975, 1000)]
    kept.close()


def test_a_living_process_keeps_its_files_and_a_dead_one_leaves_them(tmp_path: Path) -> None:
    def write_and_wait(ready: multiprocessing.synchronize.Event) -> None:
        Ahead(tmp_path, 100).write(b"mine\n")
        ready.set()
        signal.pause()

    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=write_and_wait, args=(ready,))
    process.start()
    assert ready.wait(10)
    adopt(tmp_path, ".jsonl")
    assert lines(tmp_path, ".jsonl") == []
    process.kill()
    process.join()
    adopt(tmp_path, ".jsonl")
    assert (lines(tmp_path, ".jsonl"), lines(tmp_path)) == ([b"mine"], [])


def test_a_disk_that_takes_nothing_is_told_once_and_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "journal").write_text("a file where the folder should be")
    kept = Ahead(tmp_path / "journal", 100)
    for _ in range(3):
        kept.write(b"1\n")
    kept.turn()
    kept.stored()
    assert len(caplog.records) == 1
    assert "cannot be kept" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_stored_samples_leave_nothing_behind(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, Counters())
    participant = make_participant()
    for second in range(5):
        recorder.add(sample(participant, second))
    assert len(lines(tmp_path)) > 0
    recorder.flush()
    assert lines(tmp_path) == []
    recorder.stop()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_the_next_process_stores_what_a_killed_one_had_acknowledged_once(tmp_path: Path) -> None:
    participant = make_participant()
    killed = Recorder(tmp_path, Counters())
    stored, lost = sample(participant, 1), sample(participant, 2)
    killed.add(stored)
    killed.add(lost)
    # As when the process is killed between the commit and what it does next.
    Sample.objects.bulk_create([stored])
    for segment in killed._ahead._segments:  # type: ignore[union-attr]
        fcntl.flock(segment.descriptor, fcntl.LOCK_UN)
    following = Recorder(tmp_path, Counters())
    following.start()
    until(lambda: Sample.objects.count() >= 2)
    following.stop()
    assert sorted(Sample.objects.values_list("second", flat=True)) == [1, 2]
    assert Journal(tmp_path).files() == []


async def test_a_server_that_is_killed_loses_nothing_that_it_had_answered() -> None:
    with running_server(POLICY="presence") as server:
        session = Teacher(server).open_session()
        answered = 0
        async with Pupil(server, session.code).socket() as socket:
            await socket.say(type="camera", state="on")
            for _ in range(8):
                answered += (await socket.frame(empty_frame()))["type"] == "result"
            server.stop(signal.SIGKILL)
        assert answered == 8
        server.start()
        server.wait_until_ready()
        rows = f"from class_sessions_sample where session_id = {session.pk}"
        until(lambda: server.query(f"select count(*) {rows}") == [(answered,)])
        until(lambda: not list((server.data_dir / "journal").iterdir()))
