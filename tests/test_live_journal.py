"""The journal: whole or not at all, for its owner alone, and what is damaged set aside."""

import json
import os
import resource
import stat
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from sessions.live.counters import Counters
from sessions.live.journal import FIELDS, ROOM_FIELDS, Entries, Journal
from sessions.live.recorder import Recorder
from sessions.models import Connection, Participant, RoomSample, Sample
from tests.classroom import until
from tests.factories import make_participant

pytestmark = [pytest.mark.finding(15), pytest.mark.usefixtures("brisk")]
NOW = timezone.now()


def sample(number: int = 0, **fields: Any) -> Sample:
    values: dict[str, Any] = {
        "session_id": 1,
        "participant_id": 2,
        "at": NOW + timedelta(seconds=number),
        "second": number,
        "faces": 1,
        "happy": 0.25,
        "emotion": "happy",
        "engagement": 0.5,
        "model_name": "compact",
        **fields,
    }
    return Sample(**values)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "new" / "journal")
    samples = [sample(number) for number in range(3)]
    rooms = [RoomSample(session_id=1, at=NOW, second=3, faces=5, facing=0.8, detector="yunet")]
    path = journal.write(Entries(samples, {2: "paused"}, {7: NOW}, rooms))
    assert journal.files() == [path]
    entries = journal.read(path)
    for name in ("at", *FIELDS):
        assert [getattr(one, name) for one in entries.samples] == [
            getattr(one, name) for one in samples
        ]
    assert [[getattr(one, name) for name in ("at", *ROOM_FIELDS)] for one in entries.rooms] == [
        [getattr(one, name) for name in ("at", *ROOM_FIELDS)] for one in rooms
    ]
    assert (entries.cameras, entries.closed, entries.damaged) == ({2: "paused"}, {7: NOW}, [])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    journal.finish(path, entries)
    assert list(path.parent.iterdir()) == []


def test_files_are_read_in_the_order_they_were_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    paths = [journal.write(Entries([sample(number)])) for number in range(5)]
    os.utime(paths[0])
    assert journal.files() == paths


def test_numbers_of_numpy_are_numbers_and_nonsense_costs_itself_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    odd = [sample(1, engagement=np.float32(0.5)), sample(2, engagement=object()), sample(3)]
    odd.append(sample(4))
    odd[3].at = None  # type: ignore[assignment]
    entries = journal.read(journal.write(Entries(odd)))
    assert [one.second for one in entries.samples] == [1, 3]
    assert entries.samples[0].engagement == 0.5


DAMAGED = {
    "half a line": '{"at": "2026-',
    "no object": "[1, 2]",
    "nothing": "null",
    "bytes": "\udcff\udcfe",
    "fields are missing": '{"second": 1}',
    "an unknown camera": '{"camera": "a very long word", "participant_id": 2}',
    "no time zone": '{"closed": "2026-01-01T00:00:00", "connection_id": 7}',
}


@pytest.mark.parametrize("line", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_line_is_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str
) -> None:
    journal = Journal(tmp_path)
    path = journal.write(Entries([sample(0), sample(1)]))
    first, second = path.read_bytes().splitlines()
    raw = line.encode(errors="surrogateescape")
    path.write_bytes(b"\n".join([first, raw, second]))
    entries = journal.read(path)
    assert [one.second for one in entries.samples] == [0, 1]
    assert f"Line 2 of {path.name} is damaged" in caplog.text
    journal.finish(path, entries)
    (aside,) = tmp_path.iterdir()
    assert aside.suffix == ".damaged"
    assert aside.read_bytes() == raw + b"\n"
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    assert journal.files() == []
    journal.forget(timezone.now() - timedelta(days=1))
    assert aside.exists()
    journal.forget(timezone.now() + timedelta(days=1))
    assert not aside.exists()


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk's end: the same error at the same place."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="too large"):
            Journal(tmp_path).write(Entries([sample(number) for number in range(100)]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []


# The recorder and its journal -------------------------------------------------------------------


def restarted(folder: Path) -> Recorder:
    """A recorder that has stored what the journal held."""
    recorder = Recorder(folder, Counters())
    recorder.start()
    until(lambda: recorder.state()["journal"] == 0)
    return recorder


@pytest.mark.django_db(transaction=True)
def test_a_bad_sample_in_the_journal_does_not_hold_up_the_others(tmp_path: Path) -> None:
    participant = make_participant()
    known = {"session_id": participant.session_id, "participant_id": participant.pk}
    path = Journal(tmp_path).write(Entries([sample(number, **known) for number in range(3)]))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    lines[0]["participant_id"] = "nobody"
    lines[1]["engagement"] = "much"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    recorder = restarted(tmp_path)
    recorder.add(sample(9, **known))
    until(lambda: recorder.waiting == 0)
    recorder.stop()
    assert list(Sample.objects.order_by("second").values_list("second", flat=True)) == [2, 9]


@pytest.mark.django_db(transaction=True)
def test_an_end_without_trouble_needs_no_journal(tmp_path: Path) -> None:
    participant = make_participant()
    began = timezone.now() - timedelta(minutes=5)
    stay = Connection.objects.create(participant=participant, opened_at=began, last_seen_at=began)
    recorder = Recorder(tmp_path, Counters())
    recorder.start()
    recorder.opened(stay.pk, lambda: began + timedelta(minutes=1))
    recorder.stop()
    assert list(tmp_path.iterdir()) == []
    stay.refresh_from_db()
    assert stay.last_seen_at == began + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("under_way", ["camera", "closed"])
def test_what_is_under_way_at_the_end_is_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, under_way: str
) -> None:
    """The database answers nothing at all: the thread hangs where it updates."""
    participant = make_participant()
    stay = Connection.objects.create(participant=participant, opened_at=NOW, last_seen_at=NOW)
    end = NOW + timedelta(minutes=3)
    hangs, released = Event(), Event()

    def hang(*_: object, **__: object) -> int:
        hangs.set()
        released.wait(20)
        raise RuntimeError("hung")

    model: Any = Participant if under_way == "camera" else Connection
    monkeypatch.setattr(type(model.objects.all()), "update", hang)
    recorder = Recorder(tmp_path, Counters())
    recorder.start()
    if under_way == "camera":
        recorder.camera(participant.pk, "paused")
    else:
        recorder.closed(stay.pk, end)
    assert hangs.wait(20)
    recorder.stop(timeout_s=0.2)
    monkeypatch.undo()
    released.set()
    (path,) = Journal(tmp_path).files()
    entries = Journal(tmp_path).read(path)
    if under_way == "camera":
        assert entries.cameras == {participant.pk: "paused"}
    else:
        assert entries.closed == {stay.pk: end}
    assert recorder._thread is not None
    recorder._thread.join(20)
