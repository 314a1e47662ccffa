"""Serve one address by several processes: `WEB_PROCESSES=2 make run`.

Supervisor opens the port, hands it to every process and starts again whichever ends; the kernel
shares out the connections. Each process has a model of its own.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from engagement_site.private import make_private
from engagement_site.supervised import escaped, quoted, section

FOLDER: Final = "web"
MOST: Final = 64
NEEDS_REDIS: Final = (
    "WEB_PROCESSES=%d needs REDIS_URL: a class's processes tell each other what is new over Redis."
)
NEEDS_POSTGRESQL: Final = (
    "SQLite lets one process write at a time: with many classes set DATABASE_URL to PostgreSQL."
)
PROGRAM: Final = "engagement_site.asgi:application"


@dataclass(frozen=True, slots=True)
class WebProcesses:
    """count: of processes behind host and port. folder: of Supervisor's own files.

    Each process also answers alone, to this machine, on one of the ports after port: Prometheus
    asks there, for what it counts is its own.
    """

    count: int
    host: str
    port: int
    folder: Path

    @property
    def own_ports(self) -> range:
        """One a process."""
        return range(self.port + 1, self.port + 1 + self.count)

    def configuration(self) -> str:
        """Supervisor's file."""
        command = (
            f"{quoted(sys.executable)} -m daphne -v 0 --fd 0 "
            f"-e tcp:port=%(process_num)d:interface=127.0.0.1 {PROGRAM}"
        )
        return "\n".join(
            (
                section(
                    "supervisord",
                    nodaemon="true",
                    logfile="/dev/null",
                    logfile_maxbytes=0,
                    pidfile=escaped(self.folder / "supervisord.pid"),
                ),
                section(
                    "fcgi-program:web",
                    command=command,
                    socket=f"tcp://{self.host}:{self.port}",
                    process_name="web_%(process_num)d",
                    numprocs=self.count,
                    numprocs_start=self.own_ports.start,
                    # It is there again at once, however often it dies: a class waits for it.
                    startsecs=0,
                    autorestart="true",
                    stopwaitsecs=30,
                    stdout_logfile="/dev/fd/1",
                    stdout_logfile_maxbytes=0,
                    redirect_stderr="true",
                ),
            )
        )


def from_environment() -> WebProcesses:
    """Raises ValueError, with what to do, for values that cannot be used."""
    text = os.environ.get("WEB_PROCESSES", "")
    if not text.isdigit() or not 1 <= int(text) <= MOST:
        raise ValueError(f"WEB_PROCESSES must be a number from 1 to {MOST}, not {text!r}.")
    if int(text) > 1 and not os.environ.get("REDIS_URL"):
        raise ValueError(NEEDS_REDIS % int(text))
    data_dir = Path(os.environ.get("DATA_DIR") or "data").expanduser().resolve()
    host, port = os.environ.get("HOST") or "127.0.0.1", int(os.environ.get("PORT") or 8000)
    return WebProcesses(int(text), host, port, data_dir / FOLDER)


def main() -> None:
    """Write the configuration and become Supervisor."""
    try:
        processes = from_environment()
    except ValueError as error:
        sys.exit(str(error))
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print(NEEDS_POSTGRESQL)
    make_private(processes.folder)
    path = processes.folder / "supervisord.conf"
    path.write_text(processes.configuration())
    ports = ", ".join(map(str, processes.own_ports))
    print(f"{processes.count} processes; each alone on 127.0.0.1, port {ports}.", flush=True)
    arguments = [sys.executable, "-m", "supervisor.supervisord", "-c", str(path)]
    os.execv(sys.executable, arguments)


if __name__ == "__main__":
    main()
