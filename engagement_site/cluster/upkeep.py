"""A cluster that runs, kept: `python -m engagement_site.cluster.upkeep upgrade` or `backup FILE`.

It has to be told the same environment as `make run-cluster`.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault

from engagement_site.cluster.parts import DATABASE, Cluster
from engagement_site.cluster.settings import from_environment
from engagement_site.cluster.starting import (
    NotStarted,
    connect,
    is_ready,
    manage,
    until,
    write_files,
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    chosen = parser.add_subparsers(dest="what", required=True)
    chosen.add_parser("upgrade", help="serve the code that is here now, without an interruption")
    backup = chosen.add_parser("backup", help="write the database to a file, for pg_restore")
    backup.add_argument("file", type=Path)
    told = parser.parse_args(arguments)
    try:
        cluster = from_environment()
        if told.what == "upgrade":
            _upgrade(cluster)
        else:
            _backup(cluster, told.file)
    except (ValueError, NotStarted) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _upgrade(cluster: Cluster) -> None:
    """The database first, then the replicas, then one web process after the other.

    What runs must bear the new tables for so long: what it reads goes with a later upgrade.
    """
    os.environ |= cluster.environment()
    write_files(cluster)
    supervisor = connect(cluster)
    manage("check", "--database", "default")
    manage("migrate", "--noinput")
    manage("collectstatic", "--noinput", "--verbosity=0")
    # Serve replaces the replicas while the old ones go on; this is only their deployer.
    _restart(supervisor, "analysis")
    for port in cluster.web_ports:
        _restart(supervisor, f"web:web_{port}")
        until(f"web_{port}", partial(is_ready, port))
        print(f"web_{port} serves the new code", flush=True)


def _restart(supervisor: Any, process: str) -> None:
    try:
        supervisor.stopProcess(process)
        supervisor.startProcess(process)
    except (OSError, Fault) as error:
        raise NotStarted(f"{process} cannot be started again: {error}") from None


def _backup(cluster: Cluster, file: Path) -> None:
    """A whole and consistent copy, taken while classes go on."""
    draft = file.with_name(file.name + ".draft")
    draft.touch(mode=0o600)
    options = (
        "--format=custom",
        f"--file={draft}",
        "--host=127.0.0.1",
        f"--port={cluster.postgres_port}",
        f"--username={DATABASE}",
        DATABASE,
    )
    # In the environment: everybody on the machine sees a command's words.
    secret = {**os.environ, "PGPASSWORD": cluster.postgres_password}
    done = subprocess.run([cluster.programs / "pg_dump", *options], env=secret, check=False)
    if done.returncode:
        draft.unlink()
        raise NotStarted("pg_dump failed; see above.")
    draft.rename(file)


if __name__ == "__main__":
    sys.exit(main())
