"""A Ray cluster of its own for tests: one node on this machine, with replicas of the analysis."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from inference.on_ray.node import LOOPBACK
from tests.data_folder import COMPILED
from tests.server import ROOT, free_port

STARTED_WITHIN_S = 120
READY = "of the analysis are ready"


class RayCluster:
    """A node in a folder of its own, for Ray's sockets and logs and for the cluster's token."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log_file = folder / "node.log"
        (folder / COMPILED.name).symlink_to(COMPILED)
        self._node: subprocess.Popen[bytes] | None = None
        self._analysis: subprocess.Popen[bytes] | None = None

    @property
    def environ(self) -> dict[str, str]:
        """What a site of this cluster has in its environment."""
        address = f"{LOOPBACK}:{self.port}"
        return {"INFERENCE": "ray", "RAY_ADDRESS": address, "DATA_DIR": str(self.folder)}

    def start(self, cpus: int = 2) -> None:
        command = [sys.executable, "-m", "inference.on_ray.node", "--port", str(self.port)]
        self._node = self._run(
            [*command, "--cpus", str(cpus), "--temp", str(self.folder / "ray")], {}
        )

    def serve(self, **environ: str) -> None:
        """Have `manage.py serve_analysis` run, as settings of the environment say."""
        self.end_serving()
        before = self.log.count(READY)
        self._analysis = self._run([sys.executable, "manage.py", "serve_analysis"], environ)
        deadline = time.monotonic() + STARTED_WITHIN_S
        while self.log.count(READY) == before:
            if self._analysis.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the replicas did not start:\n{self.log}")
            time.sleep(0.2)

    @property
    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def replicas(self) -> list[psutil.Process]:
        """Their processes."""
        assert self._node is not None
        everything = psutil.Process(self._node.pid).children(recursive=True)
        return [one for one in everything if "ServeReplica" in " ".join(one.cmdline())]

    def end_serving(self) -> None:
        """Stop the command; its replicas stay."""
        if self._analysis is not None:
            self._analysis.terminate()
            self._analysis.wait(30)
            self._analysis = None

    def stop(self) -> None:
        """At once: Ray itself takes half a minute over it."""
        self.end_serving()
        if self._node is not None:
            for one in psutil.Process(self._node.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    one.kill()
            self._node.kill()
            self._node.wait()

    def _run(self, command: list[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **self.environ, **environ},
                stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip


@contextmanager
def running_ray() -> Iterator[RayCluster]:
    """A node without replicas yet."""
    # A short path: those of sockets may have no more than 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="ray-"))
    cluster = RayCluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
