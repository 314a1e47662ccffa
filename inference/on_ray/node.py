"""Make this machine a node of a Ray cluster: `python -m inference.on_ray.node --help`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from inference.on_ray.private import prepare, system_config
from inference.paths import REPOSITORY

OBJECT_STORE_BYTES: Final = 100_000_000
LOOPBACK: Final = "127.0.0.2"
"""Ray takes 127.0.0.1 for a mistake and puts an address of the network in its place."""
PORT: Final = 6380


def main(arguments: Sequence[str] | None = None) -> None:
    """Become `ray start`, in the foreground, with nothing told, kept or open that need not be."""
    chosen = parser().parse_args(arguments)
    data_dir = Path(os.environ.get("DATA_DIR") or REPOSITORY / "data").expanduser().resolve()
    prepare(data_dir)
    # What a replica imports.
    os.environ["PYTHONPATH"] = str(REPOSITORY)
    program = str(Path(sys.executable).with_name("ray"))
    os.execv(program, [program, *command(chosen)])


def command(chosen: argparse.Namespace) -> list[str]:
    """The arguments of `ray`."""
    own = [
        *("start", "--block", "--disable-usage-stats"),
        f"--object-store-memory={OBJECT_STORE_BYTES}",
        f"--node-ip-address={chosen.ip}",
        # Any free ones: Ray's own range may hold the port of something else.
        *("--min-worker-port=0", "--max-worker-port=0"),
    ]
    if chosen.cpus is not None:
        own.append(f"--num-cpus={chosen.cpus}")
    if chosen.join:
        return [*own, f"--address={chosen.join}"]
    own += [f"--port={chosen.port}", "--include-dashboard=false"]
    # Nobody needs it, and it cannot be left out.
    own.append(f"--ray-client-server-port={chosen.port + 1}")
    if chosen.temp:
        own.append(f"--temp-dir={chosen.temp}")
    return [*own, "--head", f"--system-config={system_config()}"]


def parser() -> argparse.ArgumentParser:
    """What the command takes."""
    made = argparse.ArgumentParser(prog="python -m inference.on_ray.node", description=__doc__)
    made.add_argument("--join", metavar="HOST:PORT", help="of the first node; without it, be it")
    made.add_argument("--ip", default=LOOPBACK, help="this machine's, as the others reach it")
    made.add_argument("--port", type=int, default=PORT, help="of the first node")
    made.add_argument("--cpus", type=int, help="for replicas; 0 for a node of web processes")
    made.add_argument("--temp", help="where Ray keeps its sockets and logs")
    return made


if __name__ == "__main__":
    main()
