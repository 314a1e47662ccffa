"""The storage tests once more, on PostgreSQL, and a server that loses it for a while."""

import os
import subprocess
import sys

from tests.classroom import Pupil, Teacher, empty_frame, until
from tests.postgres import Postgres
from tests.server import ROOT, running_server

STORAGE_TESTS = (
    "test_joining_admission",
    "test_joining_cookies",
    "test_joining_membership",
    "test_live_housekeeping",
    "test_live_inserting",
    "test_live_journal",
    "test_live_partitions",
    "test_live_random_check_ins",
    "test_live_recorder",
    "test_live_snapshot",
    "test_live_thinning",
    "test_minutes",
    "test_querysets",
    "test_services",
)
WITH_A_SERVER = (
    "test_joining_membership.py::test_of_two_who_come_at_once_one_has_the_name",
    "test_live_random_check_ins.py::test_a_student_of_a_real_class_is_asked",
    "test_live_recorder.py::test_a_server_that_is_ended_while_the_database_is_locked_loses_nothing",
)
"""These start one, which has an SQLite database in any case."""


def test_the_storage_tests_pass_on_postgresql(postgres_server: Postgres) -> None:
    files = [f"tests/{name}.py" for name in STORAGE_TESTS]
    without = [f"--deselect=tests/{name}" for name in WITH_A_SERVER]
    # The database need not be removed, for its server will be.
    options = ["-q", "-p", "no:cacheprovider", "--reuse-db", *without]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *files],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": postgres_server.url()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert f" passed, {len(WITH_A_SERVER)} deselected" in done.stdout
    assert "skipped" not in done.stdout


async def test_frames_are_answered_and_nothing_is_lost_while_the_database_is_away(
    postgres_server: Postgres,
) -> None:
    url = postgres_server.new_database("engagement")
    with running_server(DATABASE_URL=url, POLICY="presence") as server:
        teacher = Teacher(server)
        pupil = Pupil(server, teacher.open_session().code)
        async with pupil.socket() as socket:
            await socket.frame(empty_frame())
            until(lambda: pupil.stored == 1)
            postgres_server.stop()
            try:
                for _ in range(3):
                    assert (await socket.frame(empty_frame()))["type"] == "result"
                until(lambda: "Storing failed" in server.log)
                assert server.health()["samples_waiting"] == 3
            finally:
                postgres_server.start()
            until(lambda: pupil.stored == 4)
            assert (await socket.frame(empty_frame()))["seq"] == 5
        until(lambda: pupil.stored == 5)
