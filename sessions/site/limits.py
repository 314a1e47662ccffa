"""How often somebody may try something: by address, session and account. Blocking."""

from __future__ import annotations

import functools
import logging
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

logger = logging.getLogger(__name__)

STORE_TIMEOUT_S: Final = 1


class Limit:
    """So many uses in a moving stretch of time, counted for each key apart.

    While the store is away everything is within the limit: a class must not stop for it.
    """

    def __init__(self, name: str, rate: str) -> None:
        """rate: for instance 30/minute."""
        self.name = name
        self._item = parse(rate)

    @property
    def period_s(self) -> int:
        """Seconds after which a use counts no more."""
        return int(self._item.get_expiry())

    def spend(self, *key: object) -> bool:
        """Count one use; returns whether it is within the limit."""
        return self._ask("hit", key)

    def is_spent(self, *key: object) -> bool:
        """Whether the next use would be over the limit; counts nothing."""
        return not self._ask("test", key)

    def _ask(self, question: str, key: tuple[object, ...]) -> bool:
        try:
            ask = getattr(_limiter(settings.REDIS_URL), question)
            return bool(ask(self._item, self.name, *map(str, key)))
        except StorageError as error:
            logger.error("The limit %s cannot be looked up: %s", self.name, error)
            return True


WRONG_CODES: Final = Limit("wrong codes of an address", "30/minute")
ALL_WRONG_CODES: Final = Limit("wrong codes of everybody", "600/minute")
"""A million codes a day of 887 million; the classes of a large site mistype far less."""
JOINS: Final = Limit("joins by address and session", "120/minute")
"""Four classes behind one school's address at once."""
JOINS_OF_A_DAY: Final = Limit("joins of a day by address and session", "500/day")
"""Half of a session's places: one address cannot close a class for everybody else."""
WRONG_PASSWORDS: Final = Limit("wrong passwords by address and account", "5/5 minutes")
WRONG_PASSWORDS_OF_ADDRESS: Final = Limit("wrong passwords of an address", "100/hour")
WRONG_PASSWORDS_OF_ACCOUNT: Final = Limit("wrong passwords of an account", "100/hour")


def forget_all() -> None:
    """Begin anew, as after a restart; tests do."""
    _limiter(settings.REDIS_URL).storage.reset()


def address_of(request: HttpRequest) -> str:
    """The client's address; engagement_site.proxies has put it into the scope."""
    return str(request.META.get("REMOTE_ADDR") or "unknown")


def address_of_scope(scope: dict[str, Any]) -> str:
    """The same of a socket."""
    client = scope.get("client")
    return str(client[0]) if client else "unknown"


@functools.cache
def _limiter(redis_url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(_store(redis_url))


def _store(redis_url: str) -> Storage:
    if not redis_url:
        return MemoryStorage()
    return RedisStorage(
        redis_url,
        wrap_exceptions=True,
        socket_timeout=STORE_TIMEOUT_S,
        socket_connect_timeout=STORE_TIMEOUT_S,
    )
