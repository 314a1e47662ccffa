"""Asks pip-audit about all that is locked: `make audit`.

Ends with 1 for a known vulnerability. Where the service cannot be asked, or does not know the
packages, it says so in a line and ends with 0: a missing network is no fault of the code.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

LOCKED: Final = ("requirements-dev.txt", "requirements-ray.txt")
"""All that requirements.txt holds is in each."""
PATIENCE_S: Final = 120
"""For everything; each answer has to come within 5 s."""


def main() -> int:
    code, told = verdict(ask())
    print(told)
    return code


def ask() -> dict[str, Any] | None:
    """What pip-audit reports; None where it could not ask."""
    program = str(Path(sys.executable).parent / "pip-audit")
    locked = [word for name in LOCKED for word in ("--requirement", name)]
    locked += ["--require-hashes", "--disable-pip"]
    options = ["--timeout", "5", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [program, *locked, *options], capture_output=True, text=True, timeout=PATIENCE_S
        )
        report: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return report


def verdict(report: dict[str, Any] | None) -> tuple[int, str]:
    """The exit status and what is said."""
    if report is None:
        return 0, "pip-audit: skipped, for its service does not answer here."
    packages = report["dependencies"]
    asked = [package for package in packages if "skip_reason" not in package]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, mended in "
        f"{', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for package in asked
        for vulnerability in package["vulns"]
    ]
    if found:
        return 1, "\n".join(found)
    if not asked:
        return 0, "pip-audit: skipped, for its service knows none of the packages here."
    return 0, f"pip-audit: no known vulnerability; {len(asked)} of {len(packages)} packages asked."


if __name__ == "__main__":
    sys.exit(main())
