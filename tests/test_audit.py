"""What `make audit` makes of pip-audit's report."""

from typing import Any

import pytest

from tests.audit import verdict

SOUND: dict[str, Any] = {"name": "segno", "version": "1.6.6", "vulns": []}
UNKNOWN: dict[str, Any] = {"name": "wrapt", "skip_reason": "not found"}
FAULTY: dict[str, Any] = {
    "name": "django",
    "version": "5.2.0",
    "vulns": [{"id": "CVE-2026-1", "fix_versions": ["5.2.1"], "aliases": [], "description": ""}],
}


@pytest.mark.parametrize(
    ("packages", "code", "told"),
    [
        ([SOUND, FAULTY, UNKNOWN], 1, "django 5.2.0: CVE-2026-1, mended in 5.2.1"),
        ([SOUND, UNKNOWN], 0, "no known vulnerability; 1 of 2 packages asked"),
        ([UNKNOWN], 0, "skipped, for its service knows none"),
    ],
)
def test_only_a_known_vulnerability_fails(
    packages: list[dict[str, Any]], code: int, told: str
) -> None:
    status, text = verdict({"dependencies": packages})
    assert status == code
    assert told in text


def test_no_network_is_said_and_no_failure() -> None:
    status, text = verdict(None)
    assert status == 0
    assert "does not answer" in text
