"""How the server's capacity is shared among its classes, and a class's among its students. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HEADROOM: Final = 0.9
"""Of the capacity is given away: at all of it, waiting grows without bound."""
SLOWEST: Final = 20.0


def paces(demands: Mapping[int, float], capacity: float | None) -> dict[int, float]:
    """How many times slower each class must send, from 1.0 (as it wants) to SLOWEST.

    demands: frames a second that each class wants to send. capacity: frames a second of the
    server; None while unknown, when nobody is slowed down. Shares are max-min fair (Bertsekas
    and Gallager, Data Networks, section 6.5.2): a class that wants less than an equal share
    gets all it wants, and the others divide the rest equally.
    """
    slower = dict.fromkeys(demands, 1.0)
    if capacity is None:
        return slower
    left = capacity * HEADROOM
    rest = sorted(demands, key=lambda key: demands[key])
    while rest:
        share = left / len(rest)
        key = rest.pop(0)
        slower[key] = min(SLOWEST, max(1.0, demands[key] / max(share, 1e-9)))
        left -= min(demands[key], share)
    return slower
