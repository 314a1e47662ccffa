import asyncio
import time
from dataclasses import replace

import pytest
from channels.layers import InMemoryChannelLayer, get_channel_layer

from sessions.live import publisher as module
from sessions.live.news import dashboard_group
from sessions.live.publisher import Publisher
from sessions.live.state import Person

ADA = Person(id=1, name="Ada", simulated=False, connection=10, connected=True, camera="on")
BEN = replace(ADA, id=2, name="Ben", connection=11)


async def listen(session_id: int) -> tuple[InMemoryChannelLayer, str]:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(dashboard_group(session_id), channel)
    return layer, channel


async def test_a_second_of_changes_is_one_message() -> None:
    layer, channel = await listen(1)
    publisher = Publisher()
    began = time.monotonic()
    for faces in range(50):
        publisher.update(1, replace(ADA, faces=faces))
        publisher.update(1, replace(BEN, faces=faces))
    message = await asyncio.wait_for(layer.receive(channel), 5)
    assert time.monotonic() - began >= module.BEAT_S * 0.9
    assert message["type"] == "class.news"
    people = [Person.from_news(news) for news in message["people"]]
    assert sorted((person.name, person.faces) for person in people) == [("Ada", 49), ("Ben", 49)]
    publisher.update(1, replace(ADA, faces=1))
    message = await asyncio.wait_for(layer.receive(channel), 5)
    assert [news["name"] for news in message["people"]] == ["Ada"]


async def test_news_of_an_older_connection_is_let_be() -> None:
    publisher = Publisher()
    publisher.update(2, ADA)
    publisher.update(2, replace(ADA, connection=9, connected=False))
    assert publisher.person(2, ADA.id) == ADA


async def test_a_track_outlives_the_connection_and_ends_with_the_data() -> None:
    publisher = Publisher()
    publisher.update(3, ADA)
    track = publisher.track(3, ADA.id)
    publisher.update(3, replace(ADA, connected=False))
    publisher.update(3, replace(ADA, connection=12))
    assert publisher.track(3, ADA.id) is track
    publisher.forget(3, ADA.id)
    assert publisher.people(3) == []
    assert publisher.track(3, ADA.id) is not track


async def test_a_class_that_everybody_left_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LINGER_S", 0.5)
    publisher = Publisher()
    publisher.update(4, replace(ADA, connected=False))
    assert publisher.people(4)
    await asyncio.sleep(module.BEAT_S * 1.5)
    assert publisher.people(4) == []
