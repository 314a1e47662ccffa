"""Join codes that a class can read off a projector, and secret tokens of participants."""

import hashlib
import secrets
from typing import Final

ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without I, L, O, 0 and 1, which are mistaken for each other."""

CODE_LENGTH: Final = 6


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def normalise_code(typed: str) -> str:
    """What was meant by what was typed: capitals, without blanks and dashes."""
    return "".join(typed.split()).replace("-", "").upper()


def new_token() -> str:
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """The form in which a token is stored, so that the database does not give it away."""
    return hashlib.sha256(token.encode()).hexdigest()
