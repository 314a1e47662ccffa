"""`make run-cluster`: a class goes through it in Chromium; what dies or hangs comes back."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
import pytest
from playwright.sync_api import sync_playwright

from sessions.demo.simulation import read_frames
from tests.classroom import until
from tests.cluster import RunningCluster, running_cluster
from tests.conftest import skip_or_fail
from tests.deaths import class_with_deaths
from tests.e2e.browser import CHROMIUM, QUIET, flag, wait_answered
from tests.e2e.test_lan import trust as trust_in_chromium
from tests.postgres import programs
from tests.server import ROOT

pytestmark = [pytest.mark.alone, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[RunningCluster]:
    if find_spec("ray") is None:
        skip_or_fail("Ray is not installed: pip install -r requirements-ray.txt")
    if not (shutil.which("caddy") and shutil.which("redis-server") and programs()):
        skip_or_fail("PostgreSQL, Redis or Caddy is not installed")
    with (
        running_cluster(EMOTION_MODEL="compact", DOMAIN="localhost") as running,
        pytest.MonkeyPatch.context() as environ,
    ):
        environ.setenv("SSL_CERT_FILE", str(running.authority))
        yield running


def test_a_student_goes_live_and_a_class_survives_three_deaths(
    cluster: RunningCluster, camera: Path, face_video: Path, tmp_path: Path
) -> None:
    code = cluster.open_session("Optics")
    trust_in_chromium(cluster.authority, tmp_path)
    flags = [
        *QUIET,
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=flags, env={**os.environ, "HOME": str(tmp_path)}
        )
        page = browser.new_page()
        page.goto(f"https://localhost:{cluster.https_port}/join/{code}/")
        page.fill("[name=display_name]", "Ada")
        page.get_by_role("button", name="I agree: join with my camera").click()
        page.wait_for_url("**/class/")
        flag(page, "socket", "open")
        wait_answered(page, 3)
        browser.close()
    until(lambda: cluster.query("SELECT COUNT(*) FROM class_sessions_sample")[0][0] >= 3)
    found = class_with_deaths(
        cluster, code, 10, 14.0, [read_frames(face_video)], ("web", "replica", "redis")
    )
    # What was acknowledged is stored; of the rest no more is missing than of two seconds.
    assert found["stored"] == found["answered"]
    assert found["sent"] - found["answered"] <= 20
    assert found["errors"] == 0
    assert 0 < found["reconnects"] < 10


def is_ready(cluster: RunningCluster) -> bool:
    return all(cluster.is_ready(port) for port in cluster.web_ports)


def test_what_hangs_is_started_again(cluster: RunningCluster) -> None:
    until(lambda: is_ready(cluster), 90)
    hung = cluster.web_processes()[0]
    hung.send_signal(signal.SIGSTOP)
    until(lambda: not psutil.pid_exists(hung.pid), 60)
    until(lambda: len(cluster.replicas()) == 2 and is_ready(cluster), 90)
    assert "does not answer and is started again" in cluster.log


def test_a_class_goes_on_after_rays_first_node(cluster: RunningCluster, face_video: Path) -> None:
    cluster.named("gcs_server")[0].kill()
    until(lambda: not is_ready(cluster), 60)
    until(lambda: is_ready(cluster) and len(cluster.replicas()) == 2, 120)
    code = cluster.open_session("Waves")
    found = class_with_deaths(cluster, code, 4, 4.0, [read_frames(face_video)], ())
    assert found["stored"] == found["answered"] > 8


def test_new_code_is_served_without_an_interruption(cluster: RunningCluster) -> None:
    before = {one.pid for one in cluster.web_processes()}
    replicas = {one.pid for one in cluster.replicas()}
    trusted = ssl.create_default_context(cafile=str(cluster.authority))
    address = f"https://localhost:{cluster.https_port}/join/"
    done, answers = threading.Event(), []

    def visit() -> None:
        while not done.wait(0.1):
            try:
                with urllib.request.urlopen(address, timeout=10, context=trusted) as answer:
                    answers.append(answer.status)
            except OSError as error:
                answers.append(str(error))

    visitor = threading.Thread(target=visit)
    visitor.start()
    try:
        said = upkeep(cluster, "upgrade")
    finally:
        done.set()
        visitor.join()
    assert said.count("serves the new code") == 2
    assert set(answers) == {200}
    assert len(answers) > 20
    after = {one.pid for one in cluster.web_processes()}
    assert len(after) == 2
    assert not before & after
    until(lambda: len(cluster.replicas()) == 2, 90)
    until(lambda: not replicas & {one.pid for one in cluster.replicas()}, 90)


def test_a_backup_can_be_restored(cluster: RunningCluster, tmp_path: Path) -> None:
    file = tmp_path / "backup.dump"
    upkeep(cluster, "backup", str(file))
    assert file.stat().st_mode & 0o077 == 0
    url = cluster.environ["DATABASE_URL"]
    other = url.rpartition("/")[0] + "/restored"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    restore = [str(programs_folder() / "pg_restore"), "--dbname", other, str(file)]
    subprocess.run(restore, check=True, capture_output=True)
    samples = "SELECT COUNT(*) FROM class_sessions_sample"
    with psycopg.connect(other) as connection:
        assert connection.execute(samples).fetchall() == cluster.query(samples)


def upkeep(cluster: RunningCluster, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "engagement_site.cluster.upkeep", *arguments], cwd=ROOT,
        env=cluster.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def programs_folder() -> Path:
    found = programs()
    assert found is not None
    return found


def test_one_log_has_every_part_and_no_students_address(cluster: RunningCluster) -> None:
    for line in ("Starting postgresql", "database system is ready", "Ready to accept connections",
                 "Ray runtime started", "replicas of the analysis are ready",
                 "Ready: frames are analysed", '"logger":"http"'):  # fmt: skip
        assert line in cluster.log, line
    assert "remote_ip" not in cluster.log
    for name in ("environment", "postgres-password", "redis-password", "../ray-token"):
        assert (cluster.folder / name).stat().st_mode & 0o077 == 0
