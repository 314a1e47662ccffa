"""The style sheets: every variable is a token, and no text is smaller than 14 pixels."""

import re
from pathlib import Path

from tests.conftest import ROOT

STATIC = ROOT / "static"
TOKENS = (STATIC / "css" / "tokens.css").read_text()
REM_PX = 16


def defined() -> set[str]:
    return set(re.findall(r"(--[\w-]+):", TOKENS))


def used(file: Path) -> set[str]:
    """By a style sheet as var(--name), by a script as a name in quotes."""
    found = re.findall(r"var\((--[\w-]+)\)|\"(--[\w-]+)\"", file.read_text())
    return {name for pair in found for name in pair if name}


def test_every_variable_that_is_used_is_a_token() -> None:
    files = [*STATIC.rglob("*.css"), *(STATIC / "js").rglob("*.js")]
    missing = {file.name: used(file) - defined() for file in files}
    assert {name: names for name, names in missing.items() if names} == {}


def test_no_text_is_smaller_than_14_pixels() -> None:
    for file in STATIC.rglob("*.css"):
        text = file.read_text()
        pixels = [float(size) for size in re.findall(r"--fs-\w+: ([\d.]+)px", text)]
        rems = re.findall(r"font(?:-size)?:[^;]*?([\d.]+)rem", text)
        pixels += [float(size) * REM_PX for size in rems]
        assert all(size >= 14 for size in pixels), file.name
