"""The JSON schema of the sockets' messages, which others build clients from."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from sessions.live import protocol
from sessions.live.protocol_schema import FILE, schema_text
from tests.server import ROOT


def test_the_file_in_docs_is_current() -> None:
    written = (ROOT / "docs" / FILE).read_text("utf-8")
    assert written == schema_text(), "run `python manage.py protocol_schema`"


def test_the_document_links_it() -> None:
    assert f"({FILE})" in (ROOT / "docs" / "protocol.md").read_text("utf-8")


def test_it_lists_what_a_client_may_say() -> None:
    parts = json.loads(schema_text())["$defs"]
    assert set(parts["ClientMessage"]["discriminator"]["mapping"]) == {"hello", "camera", "ping"}
    assert set(parts["Camera"]["properties"]["state"]["enum"]) == set(protocol.CAMERA_STATES)
    assert parts["Result"]["properties"]["at"]["format"] == "date-time"
    assert "seq" not in parts["Fault"]["required"]


def test_the_command_writes_it(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("protocol_schema")
    assert (tmp_path / "docs" / FILE).read_text("utf-8") == schema_text()
    assert FILE in capsys.readouterr().out
