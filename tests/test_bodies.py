"""Requests that are never sent to their end."""

import contextlib
import socket
import time

import psutil
import pytest

from tests.server import Server, running_server

HALF_SENT = 200
BYTES = 1_000_000


def half_sent(server: Server) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {2 * BYTES}\r\n\r\n"
    connection.sendall(head.encode())
    return connection


@pytest.mark.finding(8)
def test_unfinished_posts_take_little_memory_and_hold_nobody_up() -> None:
    with running_server(POLICY="presence") as server:
        assert server.process is not None
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        connections = [half_sent(server) for _ in range(HALF_SENT)]
        for connection in connections:
            connection.settimeout(2)
            with contextlib.suppress(OSError):
                connection.sendall(b"x" * BYTES)
        time.sleep(1)
        assert process.memory_info().rss - before < 60_000_000
        began = time.monotonic()
        assert server.health()["ready"]
        assert time.monotonic() - began < 5
        for connection in connections:
            connection.close()


@pytest.mark.finding(8)
def test_a_request_that_does_not_come_is_ended() -> None:
    site = running_server("tests.impatient_site:application", POLICY="presence")
    with site as server, half_sent(server) as connection:
        assert connection.recv(100).startswith(b"HTTP/1.1 408")
