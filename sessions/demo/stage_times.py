"""Where a server's frames spent their time between two looks at its /metrics."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import httpx
from prometheus_client.parser import text_string_to_metric_families

from inference.stages import NAME, STAGES

TIMEOUT_S: Final = 10.0


@dataclass(slots=True)
class StageTimes:
    """One stage's histogram. below: frames at most so long, by the bound in seconds."""

    count: float = 0.0
    sum_s: float = 0.0
    below: dict[float, float] = field(default_factory=dict)

    def since(self, before: StageTimes) -> StageTimes:
        """What was added after an earlier look."""
        below = {bound: n - before.below.get(bound, 0.0) for bound, n in self.below.items()}
        return StageTimes(self.count - before.count, self.sum_s - before.sum_s, below)

    def quantile_s(self, share: float) -> float:
        """Seconds that this share of frames took at most, 0 to 1; linear within a bucket.

        Beyond the largest bound it is that bound. Source: histogram_quantile of Prometheus.
        """
        wanted = share * self.count
        low, seen = 0.0, 0.0
        for bound, n in sorted(self.below.items()):
            if n >= wanted:
                if math.isinf(bound):
                    return low
                return low + (bound - low) * (wanted - seen) / max(n - seen, 1e-9)
            low, seen = bound, n
        return low

    def summary(self) -> dict[str, float]:
        """Frames, and milliseconds."""
        return {
            "count": int(self.count),
            "mean_ms": round(self.sum_s / self.count * 1000, 3),
            "p50_ms": round(self.quantile_s(0.5) * 1000, 3),
            "p95_ms": round(self.quantile_s(0.95) * 1000, 3),
        }


def read_stages(url: str, token: str = "") -> dict[str, StageTimes] | None:
    """By stage; None where the site does not tell: it is elsewhere and token is not its own."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx.get(f"{url}/metrics", headers=headers, timeout=TIMEOUT_S)
    except httpx.HTTPError:
        return None
    return parse(answer.text) if answer.is_success else None


def parse(text: str) -> dict[str, StageTimes]:
    """The stages in Prometheus's text format; raises ValueError for anything else."""
    found: dict[str, StageTimes] = defaultdict(StageTimes)
    for family in text_string_to_metric_families(text):
        if family.name != NAME:
            continue
        for sample in family.samples:
            times = found[sample.labels["stage"]]
            if sample.name.endswith("_bucket"):
                times.below[float(sample.labels["le"])] = sample.value
            elif sample.name.endswith("_count"):
                times.count = sample.value
            elif sample.name.endswith("_sum"):
                times.sum_s = sample.value
    return dict(found)


def between(
    before: dict[str, StageTimes] | None, after: dict[str, StageTimes] | None
) -> dict[str, Any] | None:
    """The summary of each stage that anything went through; None where either look failed."""
    if before is None or after is None:
        return None
    new = {stage: after[stage].since(before[stage]) for stage in STAGES}
    return {stage: times.summary() for stage, times in new.items() if times.count > 0}
