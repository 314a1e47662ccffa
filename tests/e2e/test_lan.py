"""`make run-lan`: a student's device elsewhere in the network trusts the site and goes live."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from engagement_site.lan import FOLDER
from tests.classroom import until
from tests.conftest import skip_or_fail
from tests.data_folder import COMPILED
from tests.e2e.browser import CHROMIUM, QUIET, flag, wait_answered
from tests.server import ROOT, Server, prepared
from tests.two_hosts import Host, two_hosts

PORT, TLS_PORT = 8000, 8443


@contextmanager
def served_on(desk: Host, folder: Path) -> Iterator[Server]:
    """The site as `make run-lan` starts it, when it says that it is ready."""
    (folder / COMPILED.name).symlink_to(COMPILED)
    (folder / "static").symlink_to(prepared() / "static")
    shutil.copy(prepared() / "db.sqlite3", folder / "db.sqlite3")
    server = Server(folder, {"PORT": str(PORT), "TLS_PORT": str(TLS_PORT)})
    log = folder / "lan.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            desk.command(sys.executable, "-m", "engagement_site.lan"),
            cwd=ROOT, env=server.environ, stdout=written, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        until(lambda: "Ready: frames are analysed" in log.read_text(), within_s=120)
        assert f"http://{desk.address}:{PORT}/" in log.read_text()
        yield server
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def browser_on(phone: Host, camera: Path, home: Path, authority: Path | None) -> Iterator[Page]:
    """A page of a Chromium on that host, with an authority that its user trusts, or none."""
    if not CHROMIUM.exists():
        skip_or_fail(f"{CHROMIUM} is not installed: apt-get install chromium")
    home.mkdir()
    if authority is not None:
        trust(authority, home)
    start = home / "chromium"
    start.write_text(f'#!/bin/sh\nexec {" ".join(phone.command(str(CHROMIUM)))} "$@"\n')
    start.chmod(0o755)
    flags = [
        *QUIET,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(start), args=flags, env={**os.environ, "HOME": str(home)}
        )
        try:
            yield browser.new_page(viewport={"width": 390, "height": 844})
        finally:
            browser.close()


def trust(authority: Path, home: Path) -> None:
    """What importing it in the browser's settings does."""
    if shutil.which("certutil") is None:
        skip_or_fail("certutil is not installed: apt-get install libnss3-tools")
    store = home / ".pki" / "nssdb"
    store.mkdir(parents=True)
    known = ["certutil", "-d", f"sql:{store}"]
    subprocess.run([*known, "-N", "--empty-password"], check=True, capture_output=True)
    added = ["-A", "-n", "class", "-t", "C,,", "-i", str(authority)]
    subprocess.run([*known, *added], check=True, capture_output=True)


def test_a_student_on_another_device_goes_live_over_https(camera: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    with two_hosts() as (desk, phone), served_on(desk, folder) as server:
        secure = f"https://{desk.address}:{TLS_PORT}"
        with (
            browser_on(phone, camera, tmp_path / "strange", None) as page,
            pytest.raises(Exception, match=re.escape("ERR_CERT_AUTHORITY_INVALID")),
        ):
            page.goto(f"{secure}/")
        code = json.loads(server.manage("open_session", "--title=Optics", "--json"))["code"]
        authority = folder / FOLDER / "authority.pem"
        with browser_on(phone, camera, tmp_path / "phone", authority) as page:
            page.goto(f"http://{desk.address}:{PORT}/join/{code}/")
            expect(page.get_by_role("heading", level=1)).to_have_text("One step before the class")
            page.get_by_role("link", name="Go on to the class").click()
            expect(page).to_have_url(f"{secure}/join/{code}/")
            page.fill("[name=display_name]", "Ada")
            page.get_by_role("button", name="join without a camera").click()
            page.wait_for_url("**/class/")
            flag(page, "socket", "open")
            page.get_by_role("button", name="Turn on camera").click()
            wait_answered(page, 3)
            cookies = page.context.cookies()
            assert cookies
            assert all(cookie["secure"] for cookie in cookies)
        until(lambda: server.query("SELECT COUNT(*) FROM class_sessions_sample")[0][0] >= 3)


def test_without_a_network_it_says_so(tmp_path: Path) -> None:
    with two_hosts() as (desk, _):
        subprocess.run(
            ["ip", "-n", desk.name, "link", "set", f"d{desk.name[5:]}", "down"], check=True
        )
        done = subprocess.run(
            desk.command(sys.executable, "-m", "engagement_site.lan"),
            cwd=ROOT, env={**os.environ, "DATA_DIR": str(tmp_path)}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert "Connect it to the class's Wi-Fi" in done.stderr
