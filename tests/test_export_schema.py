"""The published schema of the JSON export, and exports that keep to it."""

from pathlib import Path

import msgspec
import pytest
from django.core.management import call_command
from pytest_django import Settings

from sessions.reports.exports.json import document
from sessions.reports.exports.json_schema import FILE, SessionExport, schema_text
from sessions.reports.session import session_report
from tests.factories import make_room_sample, make_session
from tests.known_session import collected, make_known_session
from tests.scripted_lesson import play
from tests.server import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_file_in_docs_is_current() -> None:
    written = (ROOT / "docs" / FILE).read_text("utf-8")
    assert written == schema_text(), "run `python manage.py export_schema`"
    assert f"(docs/{FILE})" in (ROOT / "README.md").read_text("utf-8")


def test_the_command_writes_it(settings: Settings, tmp_path: Path) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("export_schema")
    assert (tmp_path / "docs" / FILE).read_text("utf-8") == schema_text()


@pytest.mark.parametrize("policy", ["emotion", "presence"])
def test_exports_keep_to_it(settings: Settings, policy: str) -> None:
    settings.POLICY = policy
    with_room = make_known_session().session
    make_room_sample(with_room)
    for session in (with_room, play().session, make_session(state="planned")):
        content = collected(document(session_report(session)))
        read = msgspec.json.decode(content, type=SessionExport)
        assert read.policy == policy
        assert all(len(row) == len(read.sample_fields) for row in read.samples)
        assert all(len(row) == len(read.minute_fields) for row in read.minutes)
        place = read.minute_fields.index("samples")
        assert sum(int(str(row[place])) for row in read.minutes) == len(read.samples)


def test_what_it_does_not_name_is_refused() -> None:
    content = collected(document(session_report(make_known_session().session)))
    with pytest.raises(msgspec.ValidationError, match="unknown field `grade`"):
        msgspec.json.decode(
            content.replace(b'{"schema"', b'{"grade": 1, "schema"'), type=SessionExport
        )
