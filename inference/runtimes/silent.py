"""OpenVINO without its telemetry, which would tell its maker of every import.

Import it from here only.
"""

import sys

# OpenVINO has a stub of its own for where the package is not installed.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]

import openvino  # noqa: E402

__all__ = ["openvino"]
