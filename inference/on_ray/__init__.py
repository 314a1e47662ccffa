"""The analysis on Ray Serve: replicas of it on any number of machines (requirements-ray.txt)."""

from typing import Final

APPLICATION: Final = "analysis"
NAMESPACE: Final = "engagement"
