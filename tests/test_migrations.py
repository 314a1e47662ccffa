"""A database that an older version filled opens after `migrate`, and tells the same figures.

tests/data/main_2026_11_24.sql.gz is the dump of an SQLite database that the main branch of
24 November 2026 (commit 72c11d8) made: a teacher, a course with four students, an ended, a live, a
planned and an archived session. Ada has two records in the ended one, Ben has left the live one,
and three samples stand there twice, as a connection that is lost at its COMMIT leaves them.
"""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import urllib.request
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import openpyxl
import psycopg
import pytest
from django.core import signing
from psycopg import sql

from sessions.joining.cookies import SALT, cookie_name
from tests.classroom import Client, Pupil
from tests.factories import PASSWORD
from tests.postgres import Postgres
from tests.server import Server, running_server

DUMP: Final = Path(__file__).parent / "data" / "main_2026_11_24.sql.gz"
KEY: Final = "k" * 50
TITLES: Final = {"ENDED2": "Waves", "LIVE22": "Light", "PLAN22": "Sound", "ARCH22": "Old"}
TABLES: Final = (
    "auth_user",
    "class_sessions_course",
    "class_sessions_student",
    "class_sessions_classsession",
    "class_sessions_participant",
    "class_sessions_connection",
    "class_sessions_sample",
)


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """The old database in a data folder of its own, as if filled just now.

    Otherwise its live session would be ended for want of students, and in time all be deleted.
    """
    path = tmp_path / "db.sqlite3"
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(gzip.decompress(DUMP.read_bytes()).decode())
        last = database.execute("select max(created_at) from class_sessions_classsession")
        made = datetime.fromisoformat(last.fetchone()[0]).replace(tzinfo=UTC)
        later = f"+{int((datetime.now(UTC) - made).total_seconds())} seconds"
        for table in TABLES:
            for _, column, kind, *_ in database.execute(f"pragma table_info({table})").fetchall():
                if kind == "datetime":
                    moved = f"strftime('%Y-%m-%d %H:%M:%f', {column}, ?)"
                    database.execute(f"update {table} set {column} = {moved}", [later])
    return path


def check(server: Server) -> None:
    """Every page of the old sessions opens, and the figures are those that were stored."""
    teacher = Client(server)
    assert teacher.post("/accounts/login/", login="old@example.org", password=PASSWORD)[0] == (
        "/sessions/"
    )
    numbers = dict(server.query("select code, id from class_sessions_classsession"))
    assert server.query("select count(*) from class_sessions_sample") == [(2001,)]
    for code, number in numbers.items():
        title = TITLES[code]
        assert title in teacher.get(f"/sessions/{number}/")[1]
        assert title in teacher.get(f"/sessions/{number}/report/")[1]
    for number in (numbers["LIVE22"], numbers["PLAN22"]):
        assert "socket" in teacher.get(f"/sessions/{number}/live/")[1]
    (course,) = server.query("select id from class_sessions_course")[0]
    assert "Waves" in teacher.get(f"/courses/{course}/")[1]
    (ada,) = server.query("select id from class_sessions_student where name = 'Ada'")[0]
    assert "Waves" in teacher.get(f"/courses/{course}/students/{ada}/")[1]
    export = f"/sessions/{numbers['ENDED2']}/export/"
    for kind in ("csv", "students-csv", "html"):
        assert "Dot" in teacher.get(f"{export}{kind}/")[1]
    with urllib.request.urlopen(
        urllib.request.Request(
            f"{server.base_url}{export}xlsx/", headers={"Cookie": teacher.cookies}
        )
    ) as book:
        sheets = openpyxl.load_workbook(io.BytesIO(book.read()))
    assert sheets["Samples"].max_row == 1 + 2000
    report: dict[str, Any] = json.loads(teacher.get(f"{export}json/")[1])
    figures = {row["name"]: (row["samples"], row["engagement"]) for row in report["students"]}
    assert figures == {
        "Ada": (500, pytest.approx(0.2)),
        "Ben": (500, pytest.approx(0.4)),
        "Cas": (500, pytest.approx(0.6)),
        "Dot": (500, pytest.approx(0.8)),
    }
    assert report["summary"]["engagement"] == pytest.approx(0.5)
    assert report["summary"]["coverage"] == pytest.approx(1.0, abs=0.01)
    assert "Turn on camera" in as_ada(server)
    for code in ("LIVE22", "PLAN22"):
        assert Pupil(server, code, "Eve").stored == 0


def as_ada(server: Server) -> str:
    """Ada's page of the live session, with the cookie that she had."""
    ada = Client(server)
    cookie = f"{cookie_name('LIVE22')}={signing.dumps('old-live', key=KEY, salt=SALT)}"
    ada._opener.addheaders = [("Cookie", cookie)]
    return ada.get("/join/LIVE22/class/")[1]


def test_a_class_recorded_by_an_older_version_opens_on_sqlite(filled: Path) -> None:
    url = f"sqlite:///{filled}"
    with running_server(DATABASE_URL=url, SECRET_KEY=KEY, POLICY="emotion") as server:
        check(server)


def test_a_class_recorded_by_an_older_version_opens_on_postgresql(
    filled: Path, postgres_server: Postgres, tmp_path: Path
) -> None:
    url = postgres_server.new_database("older")
    old = Server(tmp_path, {"DATABASE_URL": url})
    old.manage("migrate", "-v0")
    old.manage("migrate", "class_sessions", "0001", "-v0")
    with closing(sqlite3.connect(filled)) as source, psycopg.connect(url) as target:
        for table in TABLES:
            copy(source, target, table)
    with running_server(DATABASE_URL=url, SECRET_KEY=KEY, POLICY="emotion") as server:
        check(server)


def copy(source: sqlite3.Connection, target: psycopg.Connection, table: str) -> None:
    """All rows of a table, from the one database into the other."""
    cursor = source.execute(f"select * from {table}")
    names = [column[0] for column in cursor.description or ()]
    booleans = {
        row[0]
        for row in target.execute(
            "select column_name from information_schema.columns "
            "where table_name = %s and data_type = 'boolean'",
            [table],
        )
    }
    insert = sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table),
        sql.SQL(",").join(map(sql.Identifier, names)),
        sql.SQL(",").join(sql.Placeholder() for _ in names),
    )
    rows = [
        [bool(v) if name in booleans else v for name, v in zip(names, row, strict=True)]
        for row in cursor
    ]
    with target.cursor() as writing:
        writing.executemany(insert, rows)
        writing.execute(
            sql.SQL("select setval(pg_get_serial_sequence({}, 'id'), max(id)) from {}").format(
                sql.Literal(table), sql.Identifier(table)
            )
        )
