"""Serve a site on the internet: `DOMAIN=class.example.org make run-public`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

from engagement_site.private import make_private
from engagement_site.public import FOLDER
from engagement_site.public.caddyfile import Front

LOOK_EVERY_S: Final = 0.2
STOP_WITHIN_S: Final = 30


def main() -> int:
    if shutil.which("caddy") is None:
        print("Caddy is not installed: apt-get install caddy.", file=sys.stderr)
        return 1
    try:
        front = _front()
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    make_private(front.folder)
    config = front.folder / "Caddyfile"
    config.write_text(front.caddyfile())
    print(f"Serving {front.origin}/ as soon as the model is warm and the certificate is there.")
    caddy = ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]
    site = [
        *(sys.executable, "-m", "daphne", "-v", "0", "-b", "127.0.0.1", "-p", str(front.port)),
        "engagement_site.asgi:application",
    ]
    # Caddy keeps a copy of its configuration: beside the rest, not in the user's home.
    home = {"XDG_CONFIG_HOME": str(front.folder), "XDG_DATA_HOME": str(front.folder)}
    environment = {**os.environ, **home, **front.environment()}
    return _together([caddy, site], environment)


def _front() -> Front:
    """Raises ValueError for a value that cannot be used."""
    data_dir = Path(os.environ.get("DATA_DIR") or "data").expanduser().resolve()
    port, http_port, https_port = (
        int(os.environ.get(name) or default)
        for name, default in (("PORT", 8000), ("HTTP_PORT", 80), ("HTTPS_PORT", 443))
    )
    return Front(
        os.environ.get("DOMAIN", ""), port, http_port, https_port,
        os.environ.get("OWN_AUTHORITY", "") == "1", data_dir / FOLDER,
    )  # fmt: skip


def _together(commands: list[list[str]], environment: dict[str, str]) -> int:
    """Run all until one ends or this process is told to; then end the others, too."""
    asked = False

    def stop(_: int, __: FrameType | None) -> None:
        nonlocal asked
        asked = True

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    processes = [subprocess.Popen(command, env=environment) for command in commands]
    while not asked and all(process.poll() is None for process in processes):
        time.sleep(LOOK_EVERY_S)
    for process in processes:
        process.terminate()
    codes = [process.wait(STOP_WITHIN_S) for process in processes]
    return 0 if asked else max(1, *codes)


if __name__ == "__main__":
    sys.exit(main())
