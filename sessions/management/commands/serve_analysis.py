"""Put the analysis on a Ray cluster and stay, with the replicas' log, until told to stop."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from inference.on_ray import APPLICATION
from inference.on_ray.contact import Contact
from inference.on_ray.private import prepare
from sessions.live.analysis import options

LOOK_EVERY_S: Final = 2.0


class Command(BaseCommand):
    """`manage.py serve_analysis`: replicas that stay when it ends; run again, it updates them."""

    help = (
        "Starts the analysis on the Ray cluster at RAY_ADDRESS with RAY_REPLICAS replicas, or "
        "updates it, and shows the replicas' log until it is stopped; the replicas then go on. "
        "See docs/operations.md."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--end", action="store_true", help="end the replicas instead")

    def handle(self, *args: Any, **chosen: Any) -> None:
        prepare(settings.DATA_DIR)
        try:
            from ray import serve
            from ray.exceptions import RayError

            from inference.on_ray.client import connect
            from inference.on_ray.deploy import Replicas, deploy
        except ImportError:
            raise CommandError("Ray is needed: pip install -r requirements-ray.txt") from None
        try:
            replicas = Replicas.parse(settings.RAY_REPLICAS)
            connect(settings.RAY_ADDRESS, show_log=True)
        except (ValueError, ConnectionError, RuntimeError, RayError) as error:
            raise CommandError(str(error)) from error
        if chosen["end"]:
            serve.shutdown()
            return
        deploy(options(settings.RAY_REPLICA_CPUS), replicas)
        self.stdout.write(f"{settings.RAY_REPLICAS} replicas of the analysis are ready.")
        self.stdout.flush()
        asked = threading.Event()
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, lambda *_: asked.set())
        contact = Contact(self._lost)
        while not asked.wait(LOOK_EVERY_S):
            with contextlib.suppress(Exception):
                if APPLICATION in serve.status().applications:
                    contact.note()
        contact.end()

    def _lost(self) -> None:
        self.stderr.write("The cluster does not answer, or is another one: started again, this "
                          "puts the analysis on it.")  # fmt: skip
        self.stderr.flush()
        # Ray's own end waits for the cluster.
        os._exit(1)
