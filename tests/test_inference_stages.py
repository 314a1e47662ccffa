import threading
from collections.abc import Iterable

import pytest
from prometheus_client.core import Metric

from inference.stages import BUCKETS, STAGES, Stages


def counts(metrics: Iterable[Metric]) -> dict[str, float]:
    return {
        sample.labels["stage"]: sample.value
        for metric in metrics
        for sample in metric.samples
        if sample.name.endswith("_count")
    }


def test_every_stage_is_told_from_the_start() -> None:
    assert counts(Stages().collect()) == dict.fromkeys(STAGES, 0)


def test_bounds_rise_to_more_than_a_frame_may_wait() -> None:
    assert list(BUCKETS) == sorted(set(BUCKETS))
    assert BUCKETS[-1] >= 2


def test_a_batch_s_time_is_shared_among_its_frames() -> None:
    stages = Stages()
    with stages.measure("emotion", 4):
        threading.Event().wait(0.04)
    (metric,) = stages.collect()
    of = {s.name: s.value for s in metric.samples if s.labels["stage"] == "emotion"}
    assert of["engagement_stage_seconds_count"] == 4
    assert 0.04 <= of["engagement_stage_seconds_sum"] < 1


def test_what_fails_is_not_noted() -> None:
    stages = Stages()
    with pytest.raises(ZeroDivisionError), stages.measure("decode"):
        _ = 1 / 0
    assert counts(stages.collect())["decode"] == 0


def test_an_unknown_stage_is_an_error() -> None:
    with pytest.raises(KeyError):
        Stages().note("lunch", 1.0)
