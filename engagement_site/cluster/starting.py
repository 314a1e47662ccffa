"""The parts are started one after the other, each when those that it needs answer."""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any, Final
from xmlrpc.client import Fault, ServerProxy

import psycopg
import redis
from supervisor.xmlrpc import SupervisorTransport

from engagement_site.cluster.parts import DATABASE, Cluster
from inference.paths import REPOSITORY

PATIENCE_S: Final = 180
LOOK_EVERY_S: Final = 0.2


class NotStarted(RuntimeError):
    """A part is missing or does not answer; the message says what to do."""


def prepare(cluster: Cluster) -> None:
    """See that every program is there, and make PostgreSQL's folder. Raises NotStarted."""
    for program, package in (("redis-server", "redis-server"), ("caddy", "caddy")):
        if shutil.which(program) is None:
            raise NotStarted(f"{program} is not installed: apt-get install {package}.")
    if find_spec("ray") is None:
        raise NotStarted("Ray is not installed: pip install -r requirements-ray.txt.")
    folder = cluster.postgres_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if cluster.user is not None:
        shutil.chown(folder, cluster.user)
    if not any(folder.iterdir()):
        _init_database(cluster)


def _init_database(cluster: Cluster) -> None:
    with tempfile.NamedTemporaryFile("w") as password:
        password.write(cluster.postgres_password)
        password.flush()
        if cluster.user is not None:
            shutil.chown(password.name, cluster.user)
        options = (
            f"--username={DATABASE}", "--auth=scram-sha-256", f"--pwfile={password.name}",
            # Names are compared byte by byte, as SQLite does.
            "--locale=C.UTF-8", "--data-checksums",
        )  # fmt: skip
        done = subprocess.run(
            [cluster.programs / "initdb", *options, "-D", cluster.postgres_dir],
            user=cluster.user, cwd="/", capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode:
        raise NotStarted(
            f"PostgreSQL, which runs as {cluster.user or 'you'}, could not make its files in "
            f"{cluster.postgres_dir}; POSTGRES_DIR names another folder.\n{done.stderr}"
        )


def write_files(cluster: Cluster) -> None:
    """Write each part's file, and `environment`, which a shell reads before a command."""
    lines = (f"{key}={shlex.quote(value)}\n" for key, value in cluster.environment().items())
    for name, content in (
        ("supervisord.conf", cluster.supervisor_conf()),
        ("redis.conf", cluster.redis_conf()),
        ("Caddyfile", cluster.caddyfile()),
        ("environment", "".join(lines)),
    ):
        (cluster.folder / name).write_text(content)


def start(cluster: Cluster) -> None:
    """Start everything; when it returns, the site answers. Raises NotStarted."""
    # A connection that failed once is of no use: each try has its own.
    until("Supervisor", lambda: connect(cluster).getState())
    supervisor = connect(cluster)
    for part in cluster.parts():
        print(f"Starting {part.name}", flush=True)
        for process in part.processes:
            try:
                supervisor.startProcess(process)
            except Fault as error:
                raise NotStarted(f"{process} does not start: {error.faultString}") from None
        if part.name in WAITS:
            until(part.name, partial(WAITS[part.name], cluster))
        if part.name == "redis":
            manage("check", "--database", "default")
            manage("migrate", "--noinput")
            manage("collectstatic", "--noinput", "--verbosity=0")


def connect(cluster: Cluster) -> Any:
    """Supervisor, as it can be told what to do."""
    transport = SupervisorTransport(None, None, f"unix://{cluster.socket}")
    return ServerProxy("http://localhost", transport=transport).supervisor


def _has_database(cluster: Cluster) -> bool:
    with psycopg.connect(cluster.database_url("postgres"), autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if found.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    return True


def _has_redis(cluster: Cluster) -> bool:
    client = redis.Redis(port=cluster.redis_port, password=cluster.redis_password)
    try:
        return bool(client.ping())
    finally:
        client.close()


def _is_served(cluster: Cluster) -> bool:
    return all(is_ready(port) for port in cluster.web_ports)


def is_ready(port: int) -> bool:
    """Whether the web process at this port can do its work. Raises OSError."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
        return bool(answer.status == 200)


def _listens(cluster: Cluster) -> bool:
    with socket.create_connection(("127.0.0.1", cluster.front.https_port), timeout=5):
        return True


WAITS: Final[dict[str, Callable[[Cluster], bool]]] = {
    "postgresql": _has_database,
    "redis": _has_redis,
    "web": _is_served,
    "caddy": _listens,
}
"""What is asked of a part before the next one starts. Ray and its replicas take their time: web
processes wait for them, as always."""


def until(name: str, is_so: Callable[[], object]) -> None:
    """Wait for an answer of this part. Raises NotStarted."""
    deadline = time.monotonic() + PATIENCE_S
    reason = "no answer"
    while time.monotonic() < deadline:
        try:
            if is_so():
                return
        except (OSError, psycopg.Error, redis.RedisError, Fault) as error:
            reason = str(error)
        time.sleep(LOOK_EVERY_S)
    raise NotStarted(f"{name} does not answer within {PATIENCE_S} s: {reason}")


def manage(*arguments: str) -> None:
    """Run a management command, with its output. Raises NotStarted."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=REPOSITORY, env=os.environ, check=False
    )
    if done.returncode:
        raise NotStarted(f"manage.py {arguments[0]} failed; see above.")
