"""A training of nothing but what a network's twins hear of each other."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.generated_faces import tiny_config, write_tiny_data
from training.architectures.compact import TWIN
from training.beginnings import DLIB, Finished
from training.checkpoint import AVERAGED
from training.config import Stage
from training.data import read_data
from training.datasets import read_fer2013
from training.export import export
from training.loop import train

STAGES = (Stage(epochs=1, size=48),)


def test_the_rest_of_the_network_stays_as_it_began(tmp_path: Path) -> None:
    folder = write_tiny_data(tmp_path / "data")
    begun = tiny_config("begun", stages=STAGES)
    data = read_data(begun, folder)
    train(begun, data, tmp_path / "begun")
    faces = read_fer2013(folder / "faces", "PublicTest")
    models = tmp_path / "models"
    finished = export(begun, tmp_path / "begun", faces, faces, models)
    config = tiny_config(stages=STAGES, twins=True, twins_alone=True, beginning=Finished(begun))
    train(config, data, tmp_path / "run", finished)
    with np.load(finished / "weights.npz") as before, np.load(tmp_path / "run" / AVERAGED) as after:
        kernels = [name for name in after.files if name.endswith("kernel")]
        of_twins = [name for name in kernels if TWIN in name]
        assert len(of_twins) == 4
        for name in set(kernels) - set(of_twins):
            np.testing.assert_array_equal(after[name], before[name].astype(np.float32))
        for level in (1, 2, 3, 4):
            assert np.abs(after[f"level{level}{TWIN}_norm/gamma"]).max() > 0


@pytest.mark.parametrize(
    "values",
    [
        {"beginning": Finished(tiny_config("begun"))},
        {"twins": True},
        {"twins": True, "beginning": DLIB},
    ],
)
def test_alone_they_need_a_network_that_is_finished(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="twins_alone leaves the rest as it began"):
        tiny_config(twins_alone=True, **values)
