"""Put the analysis on a cluster, or change what is there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from ray import serve

from inference.analysis import Options
from inference.on_ray import APPLICATION
from inference.on_ray.replica import Replica

MOST_REPLICAS: Final = 10_000
QUIET: Final = {"enable_access_log": False}
CALLS: Final = 8
"""Of a replica."""


@dataclass(frozen=True, slots=True)
class Replicas:
    """How many: from least to most, as the load wants it."""

    least: int
    most: int

    @classmethod
    def parse(cls, text: str) -> Replicas:
        """Of "2" or "2-20". Raises ValueError for anything else."""
        found = re.fullmatch(r"(\d{1,5})(?:-(\d{1,5}))?", text)
        least = int(found[1]) if found else 0
        most = int(found[2]) if found and found[2] else least
        if not 1 <= least <= most <= MOST_REPLICAS:
            raise ValueError(f"{text!r} is no number of replicas: write 2, or 2-20 for a range.")
        return cls(least, most)


def deploy(options: Options, replicas: Replicas) -> None:
    """Start the replicas, or replace them one after the other where something has changed.

    Blocks until they are ready. options.threads: cores of one replica, at least 1.
    """
    serve.start(proxy_location="Disabled", logging_config=QUIET)
    deployment = serve.deployment(Replica).options(
        name=APPLICATION,
        logging_config=QUIET,
        ray_actor_options={"num_cpus": options.threads},
        # Calls of many frames each: one is looked at, and more are there when it ends. What is
        # more waits in the web processes, briefly, or is shed there.
        max_ongoing_requests=CALLS,
        max_queued_requests=CALLS,
        health_check_period_s=2,
        health_check_timeout_s=10,
        graceful_shutdown_timeout_s=5,
        **_scale(replicas),
    )
    serve.run(deployment.bind(options), name=APPLICATION, route_prefix=None)


def _scale(replicas: Replicas) -> dict[str, Any]:
    if replicas.least == replicas.most:
        return {"num_replicas": replicas.least}
    return {
        "autoscaling_config": {
            "min_replicas": replicas.least,
            "max_replicas": replicas.most,
            # A web process has as many calls under way as there are replicas, and no more: one
            # that always has a call is at its limit.
            "target_ongoing_requests": 0.75,
            # A lesson begins within a minute, and ends for all at once.
            "upscale_delay_s": 5,
            "downscale_delay_s": 300,
        }
    }
