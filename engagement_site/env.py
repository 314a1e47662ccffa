"""Typed readers of environment variables; an odd value stops the start with its name."""

import os
import re
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
SECRET_LENGTH = 20
FALSE = frozenset({"0", "false", "no", "off"})


def text(name: str, default: str) -> str:
    """The variable without surrounding blanks; the default where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def secret(name: str) -> str:
    """A secret that others send along in a header; empty where the variable is unset.

    Raises ImproperlyConfigured, without a word of the secret, for one that is easily guessed or
    that no header can carry.
    """
    value = text(name, "")
    if value and (len(value) < SECRET_LENGTH or not re.fullmatch(r"[\x21-\x7e]+", value)):
        raise ImproperlyConfigured(
            f"{name}= needs at least {SECRET_LENGTH} characters of ASCII without blanks; "
            "`openssl rand -hex 32` makes one."
        )
    return value


def flag(name: str, default: bool) -> bool:
    """A yes or no. Raises ImproperlyConfigured for any other word."""
    value = text(name, "").lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no. Use 1 or 0.")


def number(name: str, default: int, low: int, high: int) -> int:
    """A whole number from low to high. Raises ImproperlyConfigured outside of it."""
    value = text(name, str(default))
    try:
        result = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number.") from None
    if not low <= result <= high:
        raise ImproperlyConfigured(f"{name}={result} is not between {low} and {high}.")
    return result


def words(name: str, default: Sequence[str] = ()) -> list[str]:
    """A list separated by commas; empty parts are dropped."""
    value = text(name, "")
    return [part.strip() for part in value.split(",") if part.strip()] or list(default)


def origin(name: str) -> str:
    """Where others find the site, such as https://class.example.org; empty where it is unset.

    Raises ImproperlyConfigured for anything but a scheme with a host.
    """
    value = text(name, "").rstrip("/")
    if value and not re.fullmatch(r"https?://[^/?#@\s]+", value):
        raise ImproperlyConfigured(
            f"{name}={value!r} is no origin. Write it as https://class.example.org."
        )
    return value


def choice(name: str, default: str, choices: Sequence[str]) -> str:
    """One of the choices. Raises ImproperlyConfigured for any other value."""
    value = text(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} is not one of {', '.join(choices)}.")
    return value
