"""A PostgreSQL server of its own for tests, from the machine's packages, in a new folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.server import free_port

UNPRIVILEGED = ("postgres", "nobody")


def programs() -> Path | None:
    """The folder with initdb and pg_ctl of the newest version installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    return folders[-1] if folders else None


class Postgres:
    """One server; stop() and start() again keep its data."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._user = unprivileged()
        self.port = free_port()
        if self._user:
            shutil.chown(folder, self._user)
        # Names are compared byte by byte, as SQLite does.
        self._run("initdb", "-U", "tests", "-A", "trust", "--locale=C.UTF-8", "--no-sync")

    def url(self, database: str = "postgres") -> str:
        return f"postgres://tests@127.0.0.1:{self.port}/{database}"

    def new_database(self, name: str) -> str:
        """Make an empty database; returns its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}"'.encode())
        return self.url(name)

    def start(self) -> None:
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self._folder}"
        self._run("pg_ctl", "start", "-w", "-o", options, "-l", str(self._folder / "log"))

    def stop(self) -> None:
        """Stop at once; clients lose their connections."""
        self._run("pg_ctl", "stop", "-w", "-m", "fast")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [self._programs / program, *arguments, "-D", self._folder / "data"],
            user=self._user, cwd=self._folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip


@contextmanager
def running_postgres(programs: Path) -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="engagement-postgres-"))
    try:
        server = Postgres(programs, folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged() -> str | None:
    """Whom PostgreSQL, which refuses to run as root, runs as; None for oneself."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)
