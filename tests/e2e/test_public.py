"""`make run-public`: Caddy in front by its own authority, and a student goes live through it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from engagement_site.public import FOLDER
from tests.classroom import until
from tests.conftest import skip_or_fail
from tests.data_folder import COMPILED
from tests.e2e.browser import CHROMIUM, QUIET, flag, wait_answered
from tests.e2e.test_lan import trust
from tests.server import ROOT, Server, free_port, prepared

DOMAIN: Final = "class.example.org"


def redirected(port: int) -> str | None:
    """Where plain HTTP sends a browser."""
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/join/", headers={"Host": DOMAIN})
    return connection.getresponse().headers["Location"]


def test_a_student_goes_live_by_the_sites_own_name(camera: Path, tmp_path: Path) -> None:
    if shutil.which("caddy") is None:
        skip_or_fail("Caddy is not installed: apt-get install caddy")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / COMPILED.name).symlink_to(COMPILED)
    (folder / "static").symlink_to(prepared() / "static")
    shutil.copy(prepared() / "db.sqlite3", folder / "db.sqlite3")
    http_port, https_port = free_port(), free_port()
    server = Server(
        folder,
        {
            "DOMAIN": DOMAIN,
            "OWN_AUTHORITY": "1",
            "HTTP_PORT": str(http_port),
            "HTTPS_PORT": str(https_port),
        },
    )
    log = folder / "public.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "engagement_site.public"],
            cwd=ROOT, env=server.environ, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until(lambda: "Ready: frames are analysed" in log.read_text(), within_s=120)
        authority = folder / FOLDER / "caddy" / "pki" / "authorities" / "local" / "root.crt"
        until(authority.exists, within_s=20)
        home = tmp_path / "home"
        home.mkdir()
        trust(authority, home)
        code = json.loads(server.manage("open_session", "--title=Optics", "--json"))["code"]
        secure = f"https://{DOMAIN}:{https_port}"
        flags = [
            *QUIET,
            f"--host-resolver-rules=MAP {DOMAIN} 127.0.0.1",
            "--use-fake-ui-for-media-stream",
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={camera}",
        ]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=str(CHROMIUM), args=flags, env={**os.environ, "HOME": str(home)}
            )
            page = browser.new_page()
            page.goto(f"{secure}/join/{code}/")
            page.fill("[name=display_name]", "Ada")
            page.get_by_role("button", name="I agree: join with my camera").click()
            page.wait_for_url("**/class/")
            flag(page, "socket", "open")
            wait_answered(page, 3)
            assert all(cookie["secure"] for cookie in page.context.cookies())
            browser.close()
        assert redirected(http_port) == f"https://{DOMAIN}/join/"
        until(lambda: server.query("SELECT COUNT(*) FROM class_sessions_sample")[0][0] >= 3)
    finally:
        process.terminate()
        process.wait(30)
    assert process.returncode == 0
    assert '"remote_ip"' not in log.read_text()
