"""How often somebody may try something: by address, session and account. Blocking."""

from __future__ import annotations

import functools
import ipaddress
import logging
import threading
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from sessions.errors import NotAllowed

logger = logging.getLogger(__name__)

_making = threading.Lock()
"""Of the store: threads that need it for the first time at once must not each have their own."""

STORE_TIMEOUT_S: Final = 1
HOST_BITS: Final = 64
"""Of an address of IPv6; the rest names the line."""


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
            with _making:
                limiter = _limiter(settings.REDIS_URL)
            ask = getattr(limiter, question)
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
CAMERA_CHECKS: Final = Limit("camera checks by address and session", "1200/minute")
"""A class of thirty behind one school's address, each with a picture every second and a half."""
SIGN_INS: Final = Limit("sign-ins by address and account", "5/5 minutes")
SIGN_INS_OF_ADDRESS: Final = Limit("sign-ins of an address", "300/hour")
"""Of browsers that are new here: a school's teachers sign in for the first time in one hour."""
SIGN_INS_OF_ACCOUNT: Final = Limit("sign-ins of an account", "100/hour")
SIGN_INS_OF_DEVICE: Final = Limit("sign-ins of a known device", "5/5 minutes")
DELETIONS: Final = Limit("tries to delete an account", "5/5 minutes")


ANSWERS: Final = Limit("answers of a participant", "30/minute")
SIGNS: Final = Limit("signs of a participant, by kind", "3/minute")
DISPUTES: Final = Limit("disputes of a participant", "30/minute")
MAILS: Final = Limit("mailed links of a participant", "3/hour")
MAILS_OF_ADDRESS: Final = Limit("mailed links by the address that asks", "120/hour")
"""Four classes behind one school's address, each once."""


class TooManyJoins(NotAllowed):
    """One address joins too often; the next try may succeed after retry_after_s seconds."""

    def __init__(self, message: str, limit: Limit) -> None:
        super().__init__(message)
        self.retry_after_s = limit.period_s


def spend_join(address: str, session_id: int) -> None:
    """Count one join of this address. Raises TooManyJoins."""
    if not JOINS.spend(address, session_id):
        raise TooManyJoins(
            "Too many students join from your network at once. Wait a minute.", JOINS
        )
    if not JOINS_OF_A_DAY.spend(address, session_id):
        raise TooManyJoins(
            "Too many students have joined from your network today. Tell your teacher.",
            JOINS_OF_A_DAY,
        )


def may_guess(address: str) -> bool:
    """Count one wrong code of this address; False where too many came, from it or from all."""
    return WRONG_CODES.spend(address) and ALL_WRONG_CODES.spend()


def forget_all() -> None:
    """Begin anew, as after a restart; tests do."""
    _limiter(settings.REDIS_URL).storage.reset()


def address_of(request: HttpRequest) -> str:
    """Whose tries count together; engagement_site.proxies has put the client into the scope.

    An address of IPv6 counts as its network: one line has 2 to the power of 64 of them.
    """
    return _line(request.META.get("REMOTE_ADDR"))


def address_of_scope(scope: dict[str, Any]) -> str:
    """The same of a socket."""
    client = scope.get("client")
    return _line(client[0] if client else None)


def _line(client: str | None) -> str:
    try:
        address = ipaddress.ip_address(client or "")
    except ValueError:
        return client or "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(address) >> HOST_BITS << HOST_BITS))


class _Memory(MemoryStorage):
    """One use at a time: those of a new key that came at once had a lock each."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        super().__init__()

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        with self._turn:
            return super().acquire_entry(key, limit, expiry, amount)


@functools.cache
def _limiter(redis_url: str) -> MovingWindowRateLimiter:
    return MovingWindowRateLimiter(_store(redis_url))


def _store(redis_url: str) -> Storage:
    if not redis_url:
        return _Memory()
    return RedisStorage(
        redis_url,
        wrap_exceptions=True,
        socket_timeout=STORE_TIMEOUT_S,
        socket_connect_timeout=STORE_TIMEOUT_S,
    )
