"""What every page allows a browser to do, and who can read the site's files."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from sessions.site.headers import HEADER
from tests.factories import make_session, make_teacher
from tests.join_pages import joined, page
from tests.server import ROOT

pytestmark = pytest.mark.django_db


@pytest.mark.finding(8)
def test_only_the_pages_with_a_camera_may_open_it(client: Client) -> None:
    session = make_session()
    assert "camera=()" in client.get("/")[HEADER]
    assert "microphone=()" in client.get("/")[HEADER]
    assert "camera=()" in client.get(page("join_session", session))[HEADER]
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
    environ = {**os.environ, "DATA_DIR": str(data), "DATABASE_URL": ""}
    for command in (["check"], ["migrate", "-v0"]):
        subprocess.run(
            ["sh", "-c", "umask 022; exec \"$@\"", "sh", sys.executable, "manage.py", *command],
            cwd=ROOT, env=environ, check=True, capture_output=True,
        )  # fmt: skip
    paths = [data, *data.rglob("*")]
    assert any(path.name == "secret_key" or path.name.startswith("db") for path in paths)
    assert [path for path in paths if path.stat().st_mode & 0o077] == []
