"""What a class of `make run-cluster` loses by deaths: `python -m tests.deaths --kill web replica`.

It starts everything in a new folder, lets simulated students take part through Caddy, kills at
half time one process of each kind that is named, and prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import django
from django.apps import apps

import tests.data_folder  # noqa: F401

if not apps.ready:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engagement_site.settings")
    django.setup()

from sessions.demo.browser import Plan
from sessions.demo.simulation import Outcome, read_frames, simulate
from tests import real_faces
from tests.cluster import RunningCluster, running_cluster, trust

KINDS: Final[Mapping[str, str]] = {
    "web": "daphne", "replica": "ServeReplica", "redis": "redis-server"
}  # fmt: skip
"""A word of the command of each."""


def class_with_deaths(
    cluster: RunningCluster,
    code: str,
    students: int,
    seconds: float,
    videos: list[list[bytes]],
    kinds: Sequence[str],
) -> dict[str, Any]:
    """What simulate_class prints, and: shed_for_s, from the deaths to the last frame shed."""
    answers: list[tuple[float, str]] = []
    killed_at = 0.0

    async def accident() -> None:
        nonlocal killed_at
        while not answers:
            await asyncio.sleep(0.1)
        await asyncio.sleep(seconds / 2)
        killed_at = time.monotonic()
        for kind in kinds:
            cluster.named(KINDS[kind])[0].kill()

    async def attend() -> Outcome:
        plan = Plan(f"https://localhost:{cluster.https_port}", code, students, 1.0, seconds)
        death = asyncio.create_task(accident())
        outcome = await simulate(
            plan, videos, lambda kind, _: answers.append((time.monotonic(), kind))
        )
        await death
        return outcome

    outcome = asyncio.run(attend())
    sheds = [at for at, kind in answers if kind == "shed"]
    return outcome.summary() | {
        "shed_before_the_deaths": sum(at < killed_at for at in sheds),
        "shed_for_s": round(max((at - killed_at for at in sheds), default=0.0), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.deaths", description=__doc__)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--model", default="vggface2_resnet50")
    parser.add_argument("--kill", nargs="+", choices=tuple(KINDS), default=["web", "replica"])
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        videos = [read_frames(real_faces.write_video(Path(made) / "video.mp4"))]
    began = time.monotonic()
    with running_cluster(EMOTION_MODEL=chosen.model, DOMAIN="localhost") as cluster:
        started_s = round(time.monotonic() - began, 1)
        trust(cluster.authority)
        code = cluster.open_session("Load")
        found = class_with_deaths(
            cluster, code, chosen.students, chosen.seconds, videos, chosen.kill
        )

    print(
        json.dumps({"model": chosen.model, "killed": chosen.kill, "started_s": started_s, **found})
    )


if __name__ == "__main__":
    main()
