"""How a real Daphne starts and stops; its sockets' doors are in test_live_consumers.py."""

import asyncio
import urllib.request

from tests.classroom import Pupil, Teacher, empty_frame
from tests.server import Server, running_server


async def test_a_stopping_server_says_so_and_stores_what_it_has_answered() -> None:
    with running_server(POLICY="presence") as server:
        teacher = Teacher(server)
        pupil = Pupil(server, teacher.open_session().code)
        async with pupil.socket() as socket:
            for _ in range(5):
                assert (await socket.frame(empty_frame()))["type"] == "result"
            await asyncio.to_thread(server.stop)
            code, last = await socket.closed()
        assert (code, last["code"]) == (4012, 4012)
        assert server.query("select count(*) from class_sessions_sample") == [(5,)]
        stays = "select last_seen_at > opened_at from class_sessions_connection"
        assert [bool(row[0]) for row in server.query(stays)] == [True]
        server.start()
        server.wait_until_ready()
        assert pupil.stored == 5
        async with pupil.socket() as socket:
            assert (await socket.frame(empty_frame()))["type"] == "result"


def test_pages_are_served_with_their_static_files(server: Server) -> None:
    with urllib.request.urlopen(f"{server.base_url}/") as page:
        assert page.status == 200
        assert "/static/css/site." in page.read().decode()
