"""The site with a face detector that takes its time, for tests: the same on every machine."""

from __future__ import annotations

import time
from typing import Any, Final

from inference.detection import Face, HaarDetector

TAKES_S: Final = 0.3

_detect_all = HaarDetector.detect_all


def detect_slowly(self: HaarDetector, images: Any) -> list[list[Face]]:
    time.sleep(TAKES_S * len(images))
    return _detect_all(self, images)


HaarDetector.detect_all = detect_slowly  # type: ignore[method-assign]

from engagement_site.asgi import application  # noqa: E402

__all__ = ["application"]
