"""`make run-cluster` in a new folder, for tests."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from tests.server import ROOT, Server, free_port

READY_WITHIN_S: Final = 300
PORTS: Final = 8
"""In a row: web processes', PostgreSQL's, Redis' and Ray's."""


class RunningCluster(Server):
    """`make run-cluster` in a folder that PostgreSQL's user can reach, too."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        data_dir = folder / "data"
        data_dir.mkdir()
        self.http_port, self.https_port = free_port(), free_port()
        ports = {"HTTP_PORT": str(self.http_port), "HTTPS_PORT": str(self.https_port)}
        own = {"OWN_AUTHORITY": "1", "POSTGRES_DIR": str(folder / "postgresql")}
        super().__init__(data_dir, {**ports, **own, **environ})
        self.port = _free_row()
        self.environ["PORT"] = str(self.port)
        # It makes a token of its own.
        self.environ.pop("RAY_AUTH_TOKEN", None)
        self.log_file = folder / "cluster.log"

    @property
    def folder(self) -> Path:
        return self.data_dir / "cluster"

    @property
    def authority(self) -> Path:
        """The certificate of Caddy's own authority."""
        return self.folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace") if self.log_file.exists() else ""

    def start(self) -> None:
        with self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                ["make", "run-cluster"], cwd=ROOT, env=self.environ, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while "\nReady: " not in self.log:
            if self.process is None or self.process.poll() is not None:
                raise RuntimeError(f"the cluster ended:\n{self.log}")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the cluster is not ready:\n{self.log}")
            time.sleep(0.2)
        lines = (self.folder / "environment").read_text().splitlines()
        pairs = (line.partition("=") for line in lines)
        self.environ |= {name: value.strip("'") for name, _, value in pairs}

    def open_session(self, title: str) -> str:
        """A live session of the teacher, who is made for the first one; its code."""
        if "DJANGO_SUPERUSER_PASSWORD" not in self.environ:
            self.environ["DJANGO_SUPERUSER_PASSWORD"] = secrets.token_hex(8)
            names = ("--username=teacher", "--email=teacher@example.org")
            self.manage("createsuperuser", "--noinput", *names)
        made = self.manage(
            "open_session", f"--title={title}", "--teacher=teacher@example.org", "--json"
        )
        return str(json.loads(made)["code"])

    def stop(self, sent: signal.Signals = signal.SIGTERM) -> None:
        if self.process is None:
            return
        everything = self._processes()
        os.killpg(self.process.pid, sent)
        try:
            self.process.wait(120)
        finally:
            self.process = None
            # Whatever the orderly end has left, no other test shall meet.
            for one in everything:
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()

    @property
    def web_ports(self) -> tuple[int, int]:
        return self.port + 1, self.port + 2

    def is_ready(self, port: int) -> bool:
        """Whether the web process at this port is."""
        address = f"http://127.0.0.1:{port}/readyz"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
        return False

    def web_processes(self) -> list[psutil.Process]:
        return self.named("daphne")

    def replicas(self) -> list[psutil.Process]:
        return self.named("ServeReplica")

    def named(self, word: str) -> list[psutil.Process]:
        """Its processes whose command has this word."""
        found = []
        for one in self._processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                if word in " ".join(one.cmdline()):
                    found.append(one)
        return found

    def _processes(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)


def _free_row() -> int:
    """A port with free ones behind it."""
    while True:
        first = free_port()
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            for port in range(first, first + PORTS):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
            return first


@contextmanager
def running_cluster(**environ: str) -> Iterator[RunningCluster]:
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    folder.chmod(0o755)
    cluster = RunningCluster(folder, environ)
    try:
        cluster.start()
        cluster.wait_until_ready()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def trust(authority: Path) -> None:
    """Have this process believe in the cluster's certificate."""
    os.environ["SSL_CERT_FILE"] = str(authority)
    assert ssl.get_default_verify_paths().cafile == str(authority)
