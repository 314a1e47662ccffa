"""By which names and addresses other devices of the network reach this machine."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address
from typing import Final

import psutil

HERE: Final = ("localhost", "127.0.0.1", "::1")
VIRTUAL: Final = ("docker", "br-", "veth", "virbr", "vboxnet", "vmnet")
"""Beginnings of the names of interfaces that no other device is behind."""


def reachable() -> list[str]:
    """The machine's IPv4 addresses on its networks: those of homes and schools first, the
    addresses that a machine gives itself without a network last."""
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        IPv4Address(entry.address)
        for name, entries in psutil.net_if_addrs().items()
        if name in up and not name.startswith(VIRTUAL)
        for entry in entries
        if entry.family == socket.AF_INET
    ]
    usable = {one for one in found if not one.is_loopback}
    return [
        str(one)
        for one in sorted(usable, key=lambda one: (one.is_link_local, not one.is_private, one))
    ]


def names() -> list[str]:
    """All that a certificate for this machine names."""
    host = socket.gethostname().split(".")[0].lower()
    # What most systems call themselves in the local network without a name server (RFC 6762).
    return [*dict.fromkeys((*HERE, host, f"{host}.local", *reachable()))]
