"""Two machines in a network of their own, for tests of what crosses one: network namespaces."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.conftest import skip_or_fail


@dataclass(frozen=True)
class Host:
    name: str
    address: str

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs this one on the host."""
        return ["ip", "netns", "exec", self.name, *arguments]


@contextmanager
def two_hosts() -> Iterator[tuple[Host, Host]]:
    """A desk and a phone, which reach each other and nothing else.

    Skips (fails in CI) where the machine makes no network namespaces.
    """
    if shutil.which("ip") is None or os.geteuid() != 0:
        skip_or_fail("a network of its own needs root and ip: apt-get install iproute2")
    mark = f"{os.getpid():x}"
    desk, phone = Host(f"desk-{mark}", "10.77.0.1"), Host(f"phone-{mark}", "10.77.0.2")
    try:
        for host in (desk, phone):
            _ip("netns", "add", host.name)
        ends = [(desk, f"d{mark}"), (phone, f"p{mark}")]
        _ip("link", "add", ends[0][1], "type", "veth", "peer", "name", ends[1][1])
        for host, link in ends:
            _ip("link", "set", link, "netns", host.name)
            inside = ("-n", host.name)
            _ip(*inside, "addr", "add", f"{host.address}/24", "dev", link)
            _ip(*inside, "link", "set", link, "up")
            _ip(*inside, "link", "set", "lo", "up")
        yield desk, phone
    finally:
        for host in (desk, phone):
            subprocess.run(["ip", "netns", "del", host.name], check=False, capture_output=True)


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
