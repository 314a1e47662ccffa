"""What so many students need, from what was measured of a few. Pure."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

MEASURED: Final = Path(__file__).resolve().parents[3] / "docs" / "capacity.json"
"""Figures of bench_capacity and bench_storing on the machine that it names."""
BUSY: Final = 0.7
"""Of a processor: beyond that, waiting grows faster than load (docs/capacity.md)."""
CLASS: Final = 30
FRAME_BYTES: Final = 9_000
ANSWER_BYTES: Final = 420
REDIS_PER_S: Final = 100_000
"""Messages delivered by one Redis: an assumption, not measured here."""
LINE_MBIT: Final = 1_000


@dataclass(frozen=True, slots=True)
class Costs:
    """analysis_ms, web_ms: of a core, a frame. process_mb: a web process. student_mb: one more.
    row_bytes: a sample with its indexes. inserts_per_s: of one process, beside pages. batch_ms,
    frame_ms: a replica of two cores takes batch_ms for a batch and frame_ms for each frame of it.
    """

    analysis_ms: float
    web_ms: float
    process_mb: float
    student_mb: float
    row_bytes: float
    inserts_per_s: float
    batch_ms: float
    frame_ms: float


@dataclass(frozen=True, slots=True)
class Use:
    """How lessons are held. hours: of lessons a day."""

    students: int
    fps: float = 1.0
    hours: float = 5.0
    core_price: float = 20.0
    """A month, in whatever money."""


def read_costs(model: str, path: Path = MEASURED) -> Costs:
    """Raises ValueError where the model was not measured."""
    found = json.loads(path.read_text())["costs"]
    if model not in found:
        raise ValueError(f"{model} was not measured; these were: {', '.join(found)}")
    return Costs(**found[model])


def plan(use: Use, costs: Costs) -> dict[str, Any]:
    """Cores, memory, rows, messages, network and money, and what breaks first on one of each.

    spread: where a class's students come to any process. together: where a class comes to one
    process, as behind a proxy that chooses by the address.
    """
    frames = use.students * use.fps
    analysis = frames * costs.analysis_ms / 1000 / BUSY
    web = frames * costs.web_ms / 1000 / BUSY
    processes = max(1, math.ceil(web))
    classes = math.ceil(use.students / CLASS)
    rows = frames * use.hours * 3600
    cores = math.ceil(analysis + web)
    mbit = frames * (FRAME_BYTES + ANSWER_BYTES) * 8 / 1e6
    spread = messages_per_s(classes, min(use.students, CLASS), processes)
    loads = {
        "event loop": frames * costs.web_ms / 1000,
        "PostgreSQL": frames / costs.inserts_per_s,
        "Redis": spread / REDIS_PER_S,
        "network line": mbit / LINE_MBIT,
    }
    over = [name for name, load in loads.items() if load > BUSY]
    return {
        **asdict(use),
        "frames_per_second": frames,
        "analysis_cores": round(analysis, 1),
        "web_cores": round(web, 1),
        "web_processes": processes,
        "cores": cores,
        "memory_gb": round(
            (processes * costs.process_mb + use.students * costs.student_mb) / 1e3, 1
        ),
        "rows_a_day": round(rows),
        "gigabytes_a_day": round(rows * costs.row_bytes / 1e9, 2),
        "redis_messages_per_second": {"spread": spread, "together": 0},
        "network_mbit_per_second": round(mbit, 1),
        "month": round(cores * use.core_price),
        "load_of_one": {name: round(load, 2) for name, load in loads.items()},
        "breaks_first": sorted(over, key=lambda name: -loads[name]),
    }


def messages_per_s(classes: int, students: int, processes: int) -> int:
    """Deliveries: each process of a class tells each other one, once a second.

    Expected number of processes that have one of the class's students, which are shared out at
    random.
    """
    if processes <= 1:
        return 0
    here = processes * (1 - (1 - 1 / processes) ** students)
    return round(classes * here * (here - 1))
