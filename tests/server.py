"""A real Daphne on a free port with a database of its own, for tests over HTTP and sockets."""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from tests.data_folder import COMPILED

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN_S = 180
STOPPED_WITHIN_S = 30
SITE = "engagement_site.asgi:application"


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Server:
    """One Daphne process; stop() and start() again keep port, database and files."""

    def __init__(self, data_dir: Path, environ: dict[str, str], application: str = SITE) -> None:
        self.data_dir = data_dir
        with contextlib.suppress(FileExistsError):
            (data_dir / COMPILED.name).symlink_to(COMPILED)
        self.application = application
        self.port = free_port()
        self.environ = {
            **os.environ,
            "PORT": str(self.port),
            "DATA_DIR": str(data_dir),
            "DATABASE_URL": f"sqlite:///{data_dir / 'db.sqlite3'}",
            "REDIS_URL": "",
            **environ,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self._log_file = data_dir / f"server-{self.port}.log"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def socket_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything the server has written to its console so far."""
        return self._log_file.read_text(errors="replace") if self._log_file.exists() else ""

    def start(self) -> None:
        """Start the process; it answers HTTP some seconds later, see wait_until_ready()."""
        # The same flags as in the Makefile.
        flags = ["-b", "127.0.0.1", "-p", str(self.port), "--websocket_timeout", "-1"]
        command = [sys.executable, "-m", "daphne", *flags]
        with self._log_file.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, self.application],
                cwd=ROOT, env=self.environ, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        """Wait until /readyz answers 200. Raises RuntimeError, with the log, if it does not."""
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                break
            try:
                if self.health()["ready"]:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"the server was not ready within {READY_WITHIN_S} s:\n{self.log}")

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """Ask the process to end and wait for it; without an answer it is killed."""
        if self.process is None:
            return
        self.process.send_signal(sent)
        try:
            self.process.wait(STOPPED_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process = None

    def health(self) -> dict[str, Any]:
        """What /readyz says, ready or not. Raises OSError while nothing listens."""
        try:
            with urllib.request.urlopen(f"{self.base_url}/readyz", timeout=10) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            content = error.read()
        result: dict[str, Any] = json.loads(content)
        return result

    def manage(self, *arguments: str, timeout_s: float = 120) -> str:
        """Run a management command on the same database; returns what it printed.

        Raises RuntimeError, with both outputs, when it fails.
        """
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.environ, capture_output=True, text=True, timeout=timeout_s,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(
                f"manage.py {' '.join(arguments)} failed:\n{done.stdout}\n{done.stderr}"
            )
        return done.stdout

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query on the server's database, SQLite or PostgreSQL."""
        url = self.environ["DATABASE_URL"]
        if url.startswith("sqlite:///"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)) as database:
                return database.execute(sql).fetchall()
        with psycopg.connect(url) as connection:
            return connection.execute(sql.encode()).fetchall()


def change(server: Server, sql: str) -> None:
    """Change the server's SQLite database behind its back, as another process would."""
    path = server.environ["DATABASE_URL"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=20)) as database, database:
        database.execute(sql)


def set_back(server: Server, session_id: int, seconds: int) -> None:
    """Let a live session have begun so long ago."""
    began = datetime.now(UTC) - timedelta(seconds=seconds)
    change(
        server,
        f"UPDATE class_sessions_classsession SET started_at = '{began:%Y-%m-%d %H:%M:%S.%f}', "
        f"clock_at = clock_at - {seconds} WHERE id = {session_id}",
    )


@functools.cache
def prepared() -> Path:
    """A folder with a migrated database and collected static files, made once a test run."""
    folder = Path(tempfile.mkdtemp(prefix="engagement-prepared-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    environ = {**os.environ, "DATA_DIR": str(folder), "DATABASE_URL": ""}
    for command in (("migrate",), ("collectstatic", "--noinput")):
        subprocess.run(
            [sys.executable, "manage.py", *command, "-v0"], cwd=ROOT, env=environ, check=True
        )
    return folder


@contextmanager
def running_server(application: str = SITE, **environ: str) -> Iterator[Server]:
    """A ready server with an empty, migrated database and collected static files.

    environ: what differs from the tests' environment; DATABASE_URL for another database than
    a new SQLite file (it is migrated too), DATA_DIR to share a folder between two servers.
    """
    made = None if "DATA_DIR" in environ else tempfile.mkdtemp(prefix="engagement-server-")
    data_dir = Path(environ.get("DATA_DIR") or made or "")
    server = Server(data_dir, environ, application)
    if not (data_dir / "static").exists():
        (data_dir / "static").symlink_to(prepared() / "static")
    if "DATABASE_URL" in environ:
        server.manage("migrate", "-v0")
    elif not (data_dir / "db.sqlite3").exists():
        shutil.copy(prepared() / "db.sqlite3", data_dir / "db.sqlite3")
    try:
        server.start()
        server.wait_until_ready()
        yield server
    finally:
        server.stop()
        if made:
            shutil.rmtree(made, ignore_errors=True)
