"""Names of people: what may stand in one, and when two are the same. Pure."""

import unicodedata
from typing import Final

from django.core.exceptions import ValidationError

NAME_LENGTH: Final = 80
FORBIDDEN: Final = frozenset({"Cc", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories that no name holds: controls, private use, surrogates, line separators."""
READABLE: Final = frozenset("LNPS")
"""First letters of the categories of what can be seen: letters, numbers, punctuation, symbols."""
BIDI_CONTROLS: Final = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""They turn the text after them around, also that of the teacher's page."""


def tidy(name: str) -> str:
    """The name with single blanks, and composed: an umlaut is one character, however typed."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def folded(name: str) -> str:
    """What two ways of writing the same name have in common."""
    return unicodedata.normalize("NFKC", tidy(name).casefold())


def validate_name(name: str) -> None:
    """Raises ValidationError for a name with control characters, or with nothing to be read."""
    categories = {unicodedata.category(character) for character in name}
    if categories & FORBIDDEN or BIDI_CONTROLS.intersection(name):
        raise ValidationError("Use letters, digits and ordinary signs only.", code="control")
    # Signs newer than Python's tables are unassigned (Cn) to it: new emoji, for instance.
    if not any(category[0] in READABLE or category == "Cn" for category in categories):
        raise ValidationError("Type a name that can be read.", code="invisible")
