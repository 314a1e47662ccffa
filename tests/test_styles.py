"""The style sheets: every variable is a token, and no text is smaller than 14 pixels."""

import re
from pathlib import Path

from tests.conftest import ROOT

STATIC = ROOT / "static"
CSS = STATIC / "css"
REM_PX = 16


def defined(file: Path) -> set[str]:
    return set(re.findall(r"(--[\w-]+):", file.read_text()))


def used(file: Path) -> set[str]:
    """By a style sheet as var(--name), by a script as a name in quotes."""
    found = re.findall(r"var\((--[\w-]+)\)|\"(--[\w-]+)\"", file.read_text())
    return {name for pair in found for name in pair if name}


def test_every_variable_that_is_used_is_a_token_or_a_level_s() -> None:
    known = defined(CSS / "tokens.css") | {"--c", "--ct", "--p"}
    files = [*CSS.glob("*.css"), *(STATIC / "js").rglob("*.js")]
    missing = {file.name: used(file) - known for file in files}
    assert {name: names for name, names in missing.items() if names} == {}


def test_dark_pages_have_every_colour_of_light_ones() -> None:
    light = re.findall(r"(--[\w-]+): (?:#|rgb)", (CSS / "tokens.css").read_text())
    assert set(light) - defined(CSS / "dark.css") == set()


def test_no_text_is_smaller_than_14_pixels() -> None:
    for file in STATIC.rglob("*.css"):
        text = file.read_text()
        pixels = [float(size) for size in re.findall(r"--fs-\w+: ([\d.]+)px", text)]
        rems = re.findall(r"font(?:-size)?:[^;]*?([\d.]+)rem", text)
        pixels += [float(size) * REM_PX for size in rems]
        assert all(size >= 14 for size in pixels), file.name
