from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

SUITE = """
import time
from pathlib import Path
import pytest
def note(name, path=Path({log!r})):
    with path.open("a") as file:
        file.write(name + "\\n")
{tests}
"""
SHARED = "\n".join(
    f"def test_{number}():\n    note('begin')\n    time.sleep(.05)\n    note('end')"
    for number in range(12)
)
ALONE = """
@pytest.mark.alone
def test_alone():
    note("alone begins")
    time.sleep(.3)
    note("alone ends")
"""


def test_nothing_runs_beside_a_test_that_is_alone(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
    log = pytester.path / "log"
    for name, tests in (("test_a", SHARED), ("test_b", ALONE + SHARED)):
        pytester.makepyfile(**{name: SUITE.format(log=str(log), tests=tests)})
    options = ("-p", "no:django", "-p", "tests.alone", "-n", "2", "--dist", "loadfile")
    pytester.runpytest_subprocess(*options).assert_outcomes(passed=25)
    lines = log.read_text().splitlines()
    at = lines.index("alone begins")
    assert lines[at + 1] == "alone ends"
    before = lines[:at]
    assert before.count("begin") == before.count("end")
