"""What Prometheus is told, and what strangers are not."""

import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from engagement_site.metrics import ANALYSIS, CLOSED, PREFIX
from inference.analysis import COUNTED
from sessions.live.counters import HELP
from sessions.live.runtime import Runtime, from_settings, use
from tests.classroom import Pupil, Teacher, empty_frame
from tests.factories import make_teacher
from tests.server import Server

TOKEN = "a-token-of-a-monitor-elsewhere"
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def runtime(settings: Settings) -> Iterator[Runtime]:
    """One that is not started, so that nothing is loaded."""
    settings.POLICY = "presence"
    with use(from_settings()) as runtime:
        yield runtime


def samples(text: str) -> dict[str, float]:
    """By name, with the label's value where there is one."""
    return {
        ".".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def scrape(server: Server) -> dict[str, float]:
    with urllib.request.urlopen(f"{server.base_url}/metrics", timeout=10) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        return samples(answer.read().decode())


async def test_a_running_server_counts_what_happens(server: Server) -> None:
    before = scrape(server)
    session = Teacher(server).open_session()
    async with Pupil(server, session.code).socket() as socket:
        await socket.frame(empty_frame())
        await socket.frame(b"no picture")
        await socket.say(type="nonsense")
        await socket.expect("error")
        after = scrape(server)
    for name in ("frames_answered_total", "messages_refused_total", "frames_received_total"):
        assert after[f"{PREFIX}{name}"] > before[f"{PREFIX}{name}"], name
    assert after[f"{PREFIX}frames_refused_total.not_jpeg"] >= 1
    assert after[f"{PREFIX}connections"] >= 1
    assert after[f"{PREFIX}classes"] >= 1
    assert after[f"{PREFIX}analysis_answered_total"] > before[f"{PREFIX}analysis_answered_total"]
    assert after[f"{PREFIX}analysis_busy_seconds_total"] > 0
    assert after["process_resident_memory_bytes"] > 0


def test_everything_counted_is_told_with_its_meaning(client: Client, runtime: Runtime) -> None:
    runtime.counters.add("samples_stored", 3)
    text = client.get("/metrics").content.decode()
    found = samples(text)
    assert found[f"{PREFIX}samples_stored_total"] == 3
    assert {f"{PREFIX}{name}_total" for name in HELP} < set(found)
    assert set(ANALYSIS) == set(COUNTED)
    assert found[f"{PREFIX}part_ok.model"] == 0
    families = list(text_string_to_metric_families(text))
    assert all(family.documentation for family in families)
    assert all(family.name.startswith((PREFIX, "process_")) for family in families)


@pytest.mark.django_db
def test_a_stranger_is_refused_and_learns_nothing(runtime: Runtime, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    attempts: list[dict[str, str]] = [
        ELSEWHERE,
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        *(
            {**ELSEWHERE, "HTTP_AUTHORIZATION": value}
            for value in (
                "", "Bearer", "Bearer ", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x",
                f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN.upper()}", "Bearer \xe9\xff",
                f"Token {TOKEN}",
            )
        ),
    ]  # fmt: skip
    browser = Client()
    browser.force_login(make_teacher())
    for meta in attempts:
        for client in (Client(), browser):
            answer = client.get("/metrics", **meta)  # type: ignore[arg-type]
            assert (answer.status_code, answer.content.decode()) == (403, CLOSED), meta


def test_without_a_token_in_the_settings_none_opens(runtime: Runtime, settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    for value in ("Bearer ", "Bearer", "bearer  "):
        answer = Client().get("/metrics", HTTP_AUTHORIZATION=value, **ELSEWHERE)  # type: ignore[arg-type]
        assert answer.status_code == 403


@pytest.mark.django_db
def test_staff_and_the_token_open_it_from_everywhere(runtime: Runtime, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    staff = make_teacher()
    staff.is_staff = True
    staff.save()
    browser = Client(REMOTE_ADDR="192.0.2.7")
    browser.force_login(staff)
    assert browser.get("/metrics").status_code == 200
    monitor = Client(REMOTE_ADDR="192.0.2.7", HTTP_AUTHORIZATION=f"bearer {TOKEN}")
    answer = monitor.get("/metrics")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert monitor.post("/metrics").status_code == 405


def test_a_real_server_refuses_whoever_comes_through_a_proxy(server: Server) -> None:
    request = urllib.request.Request(
        f"{server.base_url}/metrics", headers={"X-Forwarded-For": "127.0.0.1"}
    )
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=10)
    assert refused.value.code == 403
    assert refused.value.read().decode() == CLOSED


def test_where_no_class_is_served_only_the_process_is_measured(client: Client) -> None:
    found = samples(client.get("/metrics").content.decode())
    assert all(name.startswith("process_") for name in found)
