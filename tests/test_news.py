"""What pages tell the serving processes."""

import asyncio

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import transaction

from sessions import news, services
from tests.factories import make_session

pytestmark = pytest.mark.django_db(transaction=True)


def listen(group: str) -> str:
    layer = get_channel_layer()
    channel: str = async_to_sync(layer.new_channel)()
    async_to_sync(layer.group_add)(group, channel)
    return channel


def heard(channel: str) -> list[dict[str, object]]:
    """Everything that waits in the channel."""

    async def read() -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        while True:
            try:
                message = await asyncio.wait_for(get_channel_layer().receive(channel), 0.1)
            except TimeoutError:
                return found
            found.append(message)

    return async_to_sync(read)()


@pytest.mark.finding(20)
def test_news_is_sent_when_others_can_read_what_it_is_about() -> None:
    session = make_session()
    channel = listen(news.session_group(session.pk))
    with transaction.atomic():
        services.end_session(session)
        assert heard(channel) == []
    assert heard(channel) == [{"type": "session.changed", "session_id": session.pk}]


@pytest.mark.finding(20)
def test_what_was_taken_back_is_not_told() -> None:
    session = make_session()
    channel = listen(news.session_group(session.pk))
    with transaction.atomic():
        services.end_session(session)
        transaction.set_rollback(True)
    assert heard(channel) == []
