import threading

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from inference import service
from sessions.live.counters import NAMES
from tests.server import Server


def test_a_ready_server_shows_its_counters(server: Server) -> None:
    health = server.health()
    assert health["ready"] is True
    assert set(NAMES) < set(health)
    assert {"connections", "frames_refused", "samples_waiting", "analysis"} < set(health)
    model = service.served_manifest()
    assert model is not None
    assert health["model"] == {
        "name": model.name,
        "title": model.title,
        "initial_weights": model.initial_weights,
    }


def test_before_the_model_is_warm_it_says_503(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(service, "_ready", threading.Event())
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert "no-store" in answer["Cache-Control"]
    assert not caplog.records, "a probe that comes early is no error"


def test_other_refusals_are_logged(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/no-such-page/")
    assert "/no-such-page/" in caplog.text


def test_without_emotion_it_names_no_model(client: Client, settings: Settings) -> None:
    settings.POLICY = "presence"
    assert client.get("/healthz").json()["model"] is None
