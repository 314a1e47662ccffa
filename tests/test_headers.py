"""What every page allows a browser to do, and who can read the site's files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from engagement_site.private import make_private
from sessions.site.headers import HEADER
from tests.factories import make_session, make_teacher
from tests.join_pages import joined, page
from tests.server import ROOT, running_server

pytestmark = pytest.mark.django_db


@pytest.mark.finding(8)
def test_only_the_pages_with_a_camera_may_open_it(client: Client) -> None:
    session = make_session()
    assert "camera=()" in client.get("/")[HEADER]
    assert "microphone=()" in client.get("/")[HEADER]
    # For the check before joining, which has a button and a word of its own.
    assert "camera=(self)" in client.get(page("join_session", session))[HEADER]
    joined(client, session)
    assert "camera=(self)" in client.get(page("student_page", session))[HEADER]
    client.force_login(make_teacher())
    assert "camera=(self)" in client.get("/try/")[HEADER]
    assert "camera=()" in client.get("/sessions/")[HEADER]


@pytest.mark.finding(8)
def test_nobody_else_on_the_machine_can_read_the_data(tmp_path: Path) -> None:
    """As `make run` starts: whatever umask the shell has, and whatever an older version left."""
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    (data / "db.sqlite3").touch(mode=0o644)
    earlier = os.umask(0o022)
    try:
        for command in (["check"], ["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT, env={**os.environ, "DATA_DIR": str(data), "DATABASE_URL": ""},
                check=True, capture_output=True,
            )  # fmt: skip
        with running_server(DATA_DIR=str(data), POLICY="presence"):
            paths = [data, *data.rglob("*")]
            readable = [path for path in paths if path.stat().st_mode & 0o077]
    finally:
        os.umask(earlier)
    names = {path.name for path in paths}
    assert {"secret_key", "db.sqlite3", "db.sqlite3-wal", "staticfiles.json"} <= names
    # Opened by the test itself, beside the server.
    assert [path for path in readable if path.suffix != ".log"] == []


@pytest.mark.finding(8)
def test_a_file_that_another_process_removes_meanwhile_stops_no_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "db.sqlite3").touch(mode=0o644)
    gone = tmp_path / "db.sqlite3-wal"
    monkeypatch.setattr(Path, "iterdir", lambda _: iter([gone, tmp_path / "db.sqlite3"]))
    make_private(tmp_path)
    assert (tmp_path / "db.sqlite3").stat().st_mode & 0o077 == 0
