import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from inference.stages import BUCKETS, Stages
from sessions.demo.stage_times import StageTimes, between, parse, read_stages
from tests.server import free_port


def told(stages: Stages) -> dict[str, StageTimes]:
    registry = CollectorRegistry()
    registry.register(stages)
    return parse(generate_latest(registry).decode())


def test_only_what_came_between_two_looks_counts() -> None:
    stages = Stages()
    stages.note("queue", 0.3, times=5)
    before = told(stages)
    stages.note("queue", 0.02, times=4)
    stages.note("decode", 0.0007)
    found = between(before, told(stages))
    assert found is not None
    assert set(found) == {"queue", "decode"}
    assert found["queue"]["count"] == 4
    assert found["queue"]["mean_ms"] == pytest.approx(20)
    assert 10 < found["queue"]["p50_ms"] < found["queue"]["p95_ms"] <= 25


def test_a_site_that_does_not_tell_is_no_zero() -> None:
    assert read_stages(f"http://127.0.0.1:{free_port()}") is None
    assert between(None, told(Stages())) is None
    assert between(told(Stages()), None) is None


def test_longer_than_the_largest_bound_is_said_as_that_bound() -> None:
    stages = Stages()
    stages.note("whole", 60.0)
    assert told(stages)["whole"].quantile_s(0.5) == BUCKETS[-1]


@given(st.lists(st.floats(0.0, 2.4), min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_quantile_lies_in_the_bucket_of_the_true_one(seconds: list[float], share: float) -> None:
    stages = Stages()
    for one in random.Random(1).sample(seconds, len(seconds)):
        stages.note("whole", one)
    found = told(stages)["whole"].quantile_s(share)
    rank = min(len(seconds) - 1, int(-(-share * len(seconds) // 1)) - 1)
    true = sorted(seconds)[max(0, rank)]
    bounds = [0.0, *BUCKETS]
    low = max(b for b in bounds if b < true or b == 0.0)
    high = min(b for b in BUCKETS if b >= true)
    assert low <= found <= high
