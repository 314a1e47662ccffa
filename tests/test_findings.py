"""Every fault that the hard test of 24 November found has a test that shows it mended."""

import re
from pathlib import Path

FAULTS = 23


def test_every_fault_has_a_test() -> None:
    marked = {
        int(number)
        for path in Path(__file__).parent.rglob("test_*.py")
        for number in re.findall(r"mark\.finding\((\d+)\)", path.read_text())
    }
    assert marked == set(range(1, FAULTS + 1))
