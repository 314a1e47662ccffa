"""How Ray is kept from telling, keeping or taking in what it should not."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

TOKEN_FILE: Final = "ray-token"
INLINE: Final = 8_000_000
"""Bytes: more than the largest picture, so that none goes through the object store."""


def prepare(folder: Path) -> None:
    """Set what every process of a cluster needs in its environment; before Ray is imported.

    folder: where the cluster's token is kept, which is made if need be. Without it nobody may
    run anything on the cluster. A token that the environment names goes before it.
    """
    os.environ |= {
        "RAY_AUTH_MODE": "token",
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_COLOR_PREFIX": "0",
        # A process whose cluster stays away ends after so many seconds, and is started again.
        "RAY_gcs_rpc_server_reconnect_timeout_s": "10",
        "RAY_GRACEFUL_SHUTDOWN_DRAIN_TIMEOUT_S": "5",
    }
    if not os.environ.get("RAY_AUTH_TOKEN") and not os.environ.get("RAY_AUTH_TOKEN_PATH"):
        os.environ["RAY_AUTH_TOKEN_PATH"] = str(_token(folder))


def _token(folder: Path) -> Path:
    path = folder / TOKEN_FILE
    folder.mkdir(parents=True, exist_ok=True)
    # Whoever is first makes it, whole at once; the others find that one.
    with tempfile.NamedTemporaryFile("w", dir=folder) as made:
        made.write(secrets.token_hex(32))
        made.flush()
        with contextlib.suppress(FileExistsError):
            os.link(made.name, path)
    return path


def system_config() -> str:
    """Ray's own settings, as JSON, for the first node; the others take them over.

    A frame travels inside the call and its answer. What Ray keeps elsewhere is in memory
    alone: it would rather refuse than write to a disk.
    """
    return json.dumps(
        {
            "max_direct_call_object_size": INLINE,
            "task_rpc_inlined_bytes_limit": 4 * INLINE,
            "automatic_object_spilling_enabled": False,
        }
    )
