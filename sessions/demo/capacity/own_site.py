"""A site of its own to be measured: real Daphne, an empty SQLite file, a teacher and a class."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import psutil
from django.conf import settings

from inference.paths import COMPILED
from sessions.demo.browser import SimulationError

READY_WITHIN_S: Final = 180.0
STOPPED_WITHIN_S: Final = 20.0
PASSWORD: Final = "of-a-teacher-who-is-measured"
TIMEOUT_S: Final = 60.0


@dataclass(slots=True)
class Usage:
    """Of a server since its start: seconds on processors, and megabytes now."""

    cpu_s: float
    memory_mb: float


class OwnSite:
    """url: where it is served, on this machine alone."""

    def __init__(self, process: subprocess.Popen[bytes], url: str, log: Path) -> None:
        self.url = url
        self._process = psutil.Process(process.pid)
        self._popen = process
        self._log = log

    def usage(self) -> Usage:
        """Of all its processes."""
        cpu_s, memory = 0.0, 0
        for process in (self._process, *self._process.children(recursive=True)):
            times = process.cpu_times()
            cpu_s += times.user + times.system
            memory += process.memory_info().rss
        return Usage(cpu_s, memory / 1e6)

    def wait_until_ready(self) -> None:
        """Raises SimulationError, with the end of its log, where it does not get ready."""
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline and self._popen.poll() is None:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=TIMEOUT_S).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.2)
        raise SimulationError(f"The server was not ready in time:\n{self._log.read_text()[-2000:]}")


@contextmanager
def own_site(model: str, *, recorded: bool = False) -> Iterator[OwnSite]:
    """Serve with this model until the block ends; nothing of it is left.

    recorded: frames bring their answers along (inference.recorded). Raises SimulationError.
    """
    with tempfile.TemporaryDirectory(prefix="capacity-", ignore_cleanup_errors=True) as folder:
        port = _free_port()
        environ = {
            **os.environ,
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "REDIS_URL": "",
            "HOST": "127.0.0.1",
            "PORT": str(port),
            "EMOTION_MODEL": model,
            "RECORDED_FRAMES": str(int(recorded)),
        }
        compiled = settings.DATA_DIR / COMPILED
        compiled.mkdir(parents=True, exist_ok=True)
        (Path(folder) / COMPILED).symlink_to(compiled.resolve())
        for step in (("migrate", "--noinput"), ("collectstatic", "--noinput")):
            _manage(step, environ)
        log = Path(folder) / "server.log"
        command = [sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, "engagement_site.asgi:application"],
                cwd=settings.BASE_DIR, env=environ, stdout=output, stderr=output,
            )  # fmt: skip
        try:
            site = OwnSite(process, f"http://127.0.0.1:{port}", log)
            site.wait_until_ready()
            yield site
        finally:
            process.terminate()
            try:
                process.wait(STOPPED_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _manage(arguments: tuple[str, ...], environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments, "--verbosity", "0"],
        cwd=settings.BASE_DIR, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SimulationError(f"manage.py {arguments[0]} failed:\n{done.stderr[-2000:]}")


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class TeacherBrowser:
    """Somebody who has just signed up. Raises SimulationError where the site refuses."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = httpx.Client(base_url=url, timeout=TIMEOUT_S, follow_redirects=True)
        form = {"email": "measured@example.org", "password1": PASSWORD}
        self._post("/accounts/signup/", form)

    @property
    def cookies(self) -> str:
        """The Cookie header for the dashboard's socket."""
        return "; ".join(f"{name}={value}" for name, value in self._client.cookies.items())

    def start_class(self) -> tuple[int, str]:
        """A live session of one frame a second: its number and its code."""
        form = {
            "title": "Measured",
            "new_course": "Measured",
            "planned_minutes": "50",
            "interval_s": "1",
        }
        page = self._post("/sessions/new/", form)
        number = int(page.url.path.strip("/").split("/")[-1])
        page = self._post(f"/sessions/{number}/start/", {})
        code = re.search(r"/join/([A-Z0-9]+)/", self._client.get(f"/sessions/{number}/").text)
        if code is None:
            raise SimulationError(f"{self._url} did not start a class.")
        return number, code[1]

    def _post(self, path: str, form: dict[str, str]) -> httpx.Response:
        try:
            self._client.get("/sessions/" if path.endswith("/start/") else path)
            token = self._client.cookies.get("csrftoken") or ""
            data = {**form, "csrfmiddlewaretoken": token}
            answer = self._client.post(path, data=data, headers={"Referer": self._url + path})
            return answer.raise_for_status()
        except httpx.HTTPError as error:
            raise SimulationError(f"{self._url}{path}: {error}") from None
