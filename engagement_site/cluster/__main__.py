"""Start PostgreSQL, Redis, Ray, web processes and Caddy on this machine: `make run-cluster`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import Final

from engagement_site.cluster.parts import Cluster
from engagement_site.cluster.settings import from_environment
from engagement_site.cluster.starting import NotStarted, prepare, start, write_files
from engagement_site.cluster.watching import Watch

LOOK_EVERY_S: Final = 0.5
STOP_WITHIN_S: Final = 120


class _Asked(Exception):
    """Somebody wants it to end."""


def main() -> int:
    try:
        cluster = from_environment()
        prepare(cluster)
    except (ValueError, NotStarted) as error:
        print(error, file=sys.stderr)
        return 1
    os.environ |= cluster.environment()
    write_files(cluster)
    command = [sys.executable, "-m", "supervisor.supervisord", "-c"]
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, _ask)
    # A group of its own: Ctrl+C reaches this process, which ends the parts in their order.
    supervisor = subprocess.Popen(
        [*command, str(cluster.folder / "supervisord.conf")], start_new_session=True
    )
    try:
        return _serve(cluster, supervisor)
    except _Asked:
        return 0
    except NotStarted as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        for one in (signal.SIGTERM, signal.SIGINT):
            signal.signal(one, signal.SIG_IGN)
        supervisor.terminate()
        supervisor.wait(STOP_WITHIN_S)


def _serve(cluster: Cluster, supervisor: subprocess.Popen[bytes]) -> int:
    """Until Supervisor ends. Raises _Asked and NotStarted."""
    start(cluster)
    print(
        f"Ready: {cluster.front.origin}/ ({cluster.web} web processes, {cluster.replicas} "
        f"replicas). Each part: supervisorctl -c {cluster.folder / 'supervisord.conf'} status",
        flush=True,
    )
    watch = Watch(cluster)
    while supervisor.poll() is None:
        time.sleep(LOOK_EVERY_S)
        watch.look()
    return supervisor.returncode or 1


def _ask(_: int, __: FrameType | None) -> None:
    raise _Asked


if __name__ == "__main__":
    sys.exit(main())
