"""The Grafana dashboard of docs/ asks for what /metrics has, and for nothing else."""

import json
import re

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from engagement_site.metrics import ANALYSIS, PREFIX
from inference.stages import STAGES
from sessions.live.runtime import from_settings, use
from tests.conftest import ROOT

PANELS = json.loads((ROOT / "docs" / "grafana.json").read_text())["panels"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
NOT_YET = {
    *(f"{PREFIX}analysis_{name}_total" for name in ANALYSIS),
    f"{PREFIX}analysis_queue_frames",
    f"{PREFIX}analysis_batch_frames",
    f"{PREFIX}analysis_capacity_frames_per_second",
}
"""Told only once a model is loaded."""


def test_every_figure_that_it_shows_is_told(db: None) -> None:
    with use(from_settings()):
        text = Client().get("/metrics").content.decode()
    told = {s.name for family in text_string_to_metric_families(text) for s in family.samples}
    told |= {family.name for family in text_string_to_metric_families(text)} | NOT_YET
    # A counter that has counted nothing yet has no sample.
    told |= {f"{name}_total" for name in told}
    asked = {name for query in QUERIES for name in re.findall(r"(?:engagement|process)_\w+", query)}
    assert len(asked) > 12
    assert asked <= told


def test_stages_that_it_names_are_measured() -> None:
    named = {
        stage
        for query in QUERIES
        for found in re.findall(r'stage(?:=|!~|=~)"([^"]+)"', query)
        for stage in found.split("|")
    }
    assert named == {"whole", "store", "publish"}
    assert named <= set(STAGES)
