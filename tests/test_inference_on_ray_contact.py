"""A process that the cluster no longer answers is told so, once, though its own call hangs."""

from __future__ import annotations

import threading
import time

from inference.on_ray.contact import LOOK_EVERY_S, Contact


def test_who_is_answered_again_and_again_has_lost_nothing() -> None:
    lost = threading.Event()
    contact = Contact(lost.set, within_s=3.0)
    until = time.monotonic() + 5.0
    while time.monotonic() < until:
        contact.note()
        time.sleep(0.1)
    assert not lost.is_set()
    contact.end()


def test_who_is_not_answered_is_told_once_and_not_before_the_time() -> None:
    began = time.monotonic()
    told: list[float] = []
    lost = threading.Event()

    def end() -> None:
        told.append(time.monotonic() - began)
        lost.set()

    Contact(end, within_s=1.0)
    assert lost.wait(30)
    time.sleep(3 * LOOK_EVERY_S)
    assert len(told) == 1
    assert told[0] > 1.0


def test_who_has_ended_it_hears_nothing_more() -> None:
    lost = threading.Event()
    Contact(lost.set, within_s=0.2).end()
    assert not lost.wait(3 * LOOK_EVERY_S)
