"""What `make run-cluster` is told by its environment."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from engagement_site.cluster import FOLDER
from engagement_site.cluster.parts import Cluster
from engagement_site.private import make_private
from engagement_site.public.caddyfile import Front

UNPRIVILEGED: Final = "postgres"
ROOTS_POSTGRES: Final = Path("/var/lib/engagement-monitor/postgresql")
"""What root's PostgreSQL keeps: it runs as another user, who cannot look into DATA_DIR."""
MOST: Final = 64


def from_environment() -> Cluster:
    """Raises ValueError, with what to do, for a value that cannot be used."""
    data_dir = Path(os.environ.get("DATA_DIR") or "data").expanduser().resolve()
    folder = data_dir / FOLDER
    base_port = _number("PORT", 8000, 1024, 65000)
    front = Front(
        os.environ.get("DOMAIN", ""),
        port=base_port,
        http_port=_number("HTTP_PORT", 80, 1, 65535),
        https_port=_number("HTTPS_PORT", 443, 1, 65535),
        own_authority=os.environ.get("OWN_AUTHORITY", "") == "1",
        folder=folder,
    )
    is_root = os.geteuid() == 0
    default = ROOTS_POSTGRES if is_root else folder / "postgresql"
    make_private(folder)
    return Cluster(
        folder=folder,
        postgres_dir=Path(os.environ.get("POSTGRES_DIR") or default).resolve(),
        programs=_postgres_programs(),
        user=UNPRIVILEGED if is_root else None,
        front=front,
        web=_number("WEB_PROCESSES", 2, 1, MOST),
        replicas=_number("RAY_REPLICAS", 2, 1, MOST),
        cpus=_number("RAY_REPLICA_CPUS", 1, 1, MOST),
        base_port=base_port,
        postgres_password=_secret(folder / "postgres-password"),
        redis_password=_secret(folder / "redis-password"),
    )


def _postgres_programs() -> Path:
    """Where Debian puts those of the newest version."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    newest = max(folders, key=lambda path: int(path.parent.name), default=None)
    if newest is None:
        raise ValueError("PostgreSQL is not installed: apt-get install postgresql.")
    return newest


def _number(name: str, default: int, least: int, most: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not least <= int(text) <= most:
        raise ValueError(f"{name} must be a number from {least} to {most}, not {text!r}.")
    return int(text)


def _secret(path: Path) -> str:
    """Made once, and the owner's alone."""
    if not path.exists():
        path.write_text(secrets.token_hex(24))
    return path.read_text()
