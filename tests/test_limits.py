"""How often somebody may try something, and whose tries count together."""

import logging
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
import time_machine
from django.http import HttpRequest
from django.utils import timezone
from pytest_django.fixtures import Settings

from sessions.site.limits import Limit, address_of, address_of_scope
from tests.server import Server, free_port

THREE = Limit("three in a test", "3/minute")


def tries(*key: object, count: int = 5) -> list[bool]:
    return [THREE.spend(*key) for _ in range(count)]


def test_a_limit_counts_each_key_apart() -> None:
    assert tries("10.0.0.1", 7) == [True, True, True, False, False]
    assert THREE.is_spent("10.0.0.1", 7)
    assert not THREE.is_spent("10.0.0.1", 8)
    assert not THREE.is_spent("10.0.0.2", 7)


def test_looking_counts_nothing() -> None:
    assert not any(THREE.is_spent("a") for _ in range(9))
    assert tries("a", count=3) == [True] * 3


def test_a_use_counts_no_more_when_its_time_is_over() -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        assert tries("a", count=4) == [True, True, True, False]
        clock.shift(timedelta(seconds=THREE.period_s + 1))
        assert THREE.spend("a")


@pytest.mark.finding(2)
def test_processes_count_together_in_redis(settings: Settings, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    assert tries("of both") == [True, True, True, False, False]
    settings.REDIS_URL = f"{redis_url}?another_process"
    assert THREE.is_spent("of both")


@pytest.mark.finding(17)
def test_while_redis_is_away_everything_is_within_the_limit(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    with caplog.at_level(logging.ERROR):
        assert all(tries("a"))
        assert not THREE.is_spent("a")
    assert THREE.name in caplog.text


@pytest.mark.finding(2)
@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("_hidden", "_hidden"),
        ("", "unknown"),
    ],
)
def test_one_line_is_one_address(client: str, address: str) -> None:
    """A line has 2 to the power of 64 addresses of IPv6: all of them count as one."""
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = client
    assert address_of(request) == address
    assert address_of_scope({"client": [client, 80]}) == address


def test_a_socket_without_an_address_is_counted_too() -> None:
    assert address_of_scope({"client": None}) == "unknown"


@pytest.mark.finding(2)
def test_uses_of_new_keys_that_come_at_once_are_all_counted() -> None:
    earlier = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(16) as pool:
            for number in range(300):
                within = list(pool.map(lambda _: THREE.spend(number), range(16)))  # noqa: B023
                assert within.count(True) == 3
    finally:
        sys.setswitchinterval(earlier)


@pytest.mark.finding(2)
@pytest.mark.finding(3)
def test_guesses_that_come_at_once_get_no_further(server: Server) -> None:
    """Each was compared with the stored password before any had been counted."""
    with httpx.Client(base_url=server.base_url, timeout=60) as client:
        client.get("/accounts/login/")
        token = client.cookies["csrftoken"]

        def guess(number: int) -> bool:
            form: dict[str, Any] = {
                "login": "teacher@example.org",
                "password": f"guess {number}",
                "csrfmiddlewaretoken": token,
            }
            answer = client.post("/accounts/login/", data=form)
            assert answer.status_code == 200
            return "Too many failed login attempts" not in answer.text

        with ThreadPoolExecutor(20) as pool:
            looked_at = list(pool.map(guess, range(20)))
    assert looked_at.count(True) == 5
