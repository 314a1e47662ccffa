import threading

import pytest

from sessions.live.counters import Counters


def test_connections_are_those_opened_and_not_closed() -> None:
    counters = Counters()
    counters.add("connections_opened", 3)
    counters.add("connections_closed")
    assert counters.read()["connections"] == 2


def test_refused_frames_are_counted_by_code() -> None:
    counters = Counters()
    counters.refuse("not_jpeg")
    counters.refuse("not_jpeg")
    counters.refuse("too_fast")
    assert counters.read()["frames_refused"] == {"not_jpeg": 2, "too_fast": 1}


def test_a_name_that_nobody_reads_is_refused() -> None:
    with pytest.raises(ValueError, match="frames_recieved"):
        Counters().add("frames_recieved")


def test_threads_lose_no_count() -> None:
    counters = Counters()

    def count() -> None:
        for _ in range(2000):
            counters.add("samples_stored")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters.read()["samples_stored"] == 8000
