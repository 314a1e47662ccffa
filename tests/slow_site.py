"""The site with a face detector that takes its time, for tests: the same on every machine."""

from __future__ import annotations

import time
from typing import Any, Final

from inference.detection import Face, HaarDetector

TAKES_S: Final = 0.3

_detect = HaarDetector.detect


def detect_slowly(self: HaarDetector, image: Any) -> list[Face]:
    time.sleep(TAKES_S)
    return _detect(self, image)


HaarDetector.detect = detect_slowly  # type: ignore[method-assign]

from engagement_site.asgi import application  # noqa: E402

__all__ = ["application"]
