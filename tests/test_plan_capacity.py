"""What many students need: the arithmetic, its agreement with what was measured, the queue."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from inference.manifest import available_models
from inference.paths import MODELS_DIR
from sessions.demo.capacity.plan import MEASURED, Costs, Use, messages_per_s, plan, read_costs
from sessions.demo.capacity.queueing import LATE_S, Scene, simulate

COSTS = Costs(
    analysis_ms=8.0, web_ms=2.0, process_mb=300.0, student_mb=0.4, row_bytes=300.0,
    inserts_per_s=2000.0, batch_ms=4.0, frame_ms=3.0,
)  # fmt: skip


def test_a_thousand_students_by_hand() -> None:
    found = plan(Use(1000, hours=2.0, core_price=10.0), COSTS)
    assert found["frames_per_second"] == 1000
    assert found["analysis_cores"] == pytest.approx(8 / 0.7, abs=0.05)
    assert found["web_processes"] == 3
    assert found["rows_a_day"] == 7_200_000
    assert found["gigabytes_a_day"] == 2.16
    assert found["month"] == 150
    # One event loop has twice what it can; one PostgreSQL half of it.
    assert found["load_of_one"]["event loop"] == 2.0
    assert found["breaks_first"] == ["event loop"]


@given(st.integers(1, 200_000))
def test_twice_the_students_never_need_less(students: int) -> None:
    one, two = plan(Use(students), COSTS), plan(Use(2 * students), COSTS)
    for name in ("cores", "memory_gb", "rows_a_day", "network_mbit_per_second", "month"):
        assert two[name] >= one[name]
    assert set(one["breaks_first"]) <= set(two["breaks_first"])


def test_a_class_in_one_process_tells_nobody() -> None:
    assert messages_per_s(100, 30, 1) == 0


@given(st.integers(2, 500))
def test_a_class_that_is_spread_tells_at_most_every_pair(processes: int) -> None:
    found = messages_per_s(1, 30, processes)
    most = min(30, processes)
    assert 0 < found <= most * (most - 1)


@pytest.mark.parametrize("model", ["compact", "vggface2_resnet50"])
def test_the_plan_agrees_with_the_measured_curve(model: str) -> None:
    """At loads that keep the machine busy: an idle one spends more on each frame."""
    costs = read_costs(model)
    curve = json.loads(MEASURED.read_text())["curves"][model]
    assert len(curve) >= 3
    for point in curve:
        cores = point["frames_per_second"] * (costs.analysis_ms + costs.web_ms) / 1000
        assert cores == pytest.approx(point["cpu_server"], rel=0.2)


def test_every_measured_model_is_shipped() -> None:
    assert set(json.loads(MEASURED.read_text())["costs"]) <= set(available_models(MODELS_DIR))


def test_replicas_that_are_enough_answer_at_once() -> None:
    """Six replicas of 285 frames a second for 1,000 students, from the beginning."""
    found = simulate(Scene(1000, 0.004, 0.003, target=0.7, first=6, seconds=60, ramp_s=20))
    assert found.shed == 0
    assert found.p95_s < 0.2
    assert 48_000 < found.frames < 52_000


def test_replicas_that_are_too_few_are_late_until_more_have_started() -> None:
    scene = Scene(1000, 0.004, 0.003, target=0.7, first=1, seconds=200, ramp_s=10, start_s=60)
    found = simulate(scene)
    assert found.shed > 0.2
    # What is looked at has not waited long, however many do.
    assert found.p99_s < LATE_S + 0.2
    assert found.replicas >= 4


def test_a_lower_target_costs_more_and_waits_less() -> None:
    low, high = (
        simulate(Scene(3000, 0.004, 0.003, target=target, first=1)) for target in (0.5, 0.95)
    )
    assert low.replica_hours > high.replica_hours
    assert low.shed <= high.shed


def test_a_simulation_can_be_repeated() -> None:
    scene = Scene(200, 0.004, 0.003, target=0.7, seconds=30)
    assert simulate(scene) == simulate(scene)
    assert simulate(scene) != simulate(scene, seed=2)


def test_the_command_prints_both() -> None:
    out = StringIO()
    arguments = ("--students", "600", "--model", "compact", "--simulate", "--json")
    call_command("plan_capacity", *arguments, stdout=out)
    found = json.loads(out.getvalue())
    assert found["model"] == "compact"
    firsts = [one["first"] for one in found["simulated"]]
    assert firsts == sorted(firsts)
    assert len(firsts) == 5
    assert found["simulated"][-1]["shed"] == 0


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (("--students", "0"), "at least 1"),
        (("--students", "10", "--model", "nobody"), "nobody was not measured"),
        (("--students", "10", "--measured", "missing.json"), "missing.json"),
    ],
)
def test_what_cannot_be_planned_is_said(odd: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        call_command("plan_capacity", *odd)


def test_a_file_of_one_s_own_machine_is_read(tmp_path: Path) -> None:
    found = json.loads(MEASURED.read_text())
    found["costs"]["compact"]["web_ms"] = 999.0
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(found))
    assert read_costs("compact", path).web_ms == 999.0
