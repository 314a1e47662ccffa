import dataclasses
from pathlib import Path
from typing import Any

import pytest

from tests.generated_faces import tiny_config
from training.architectures import build
from training.config import CONFIGS, Data, Stage, load_config


@pytest.mark.parametrize("name", [file.stem for file in CONFIGS.glob("[!_]*.py")])
def test_every_configuration_has_its_files_name_and_states_its_command(name: str) -> None:
    config = load_config(name)
    assert config.name == name
    assert f"python -m training.train {name}" in (CONFIGS / f"{name}.py").read_text()


def test_sizes_follow_the_stages() -> None:
    config = tiny_config(epochs=3)
    assert [config.size_at(epoch) for epoch in range(3)] == [32, 32, 48]
    assert (config.epochs, config.size) == (3, 48)
    with pytest.raises(ValueError, match="epoch 3 is beyond"):
        config.size_at(3)


def test_every_value_counts_in_the_fingerprint() -> None:
    config = tiny_config()
    assert config.fingerprint() == tiny_config().fingerprint()
    changed = dataclasses.replace(
        config, augmentation=dataclasses.replace(config.augmentation, erase=0.9)
    )
    assert changed.fingerprint() != config.fingerprint()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": ()}, "at least one epoch"),
        ({"stages": (Stage(epochs=2, size=16),)}, "at least 32 pixels"),
        ({"warmup_epochs": 3}, "less than the 3 epochs"),
        ({"data": Data(vote_weight=1.5)}, "vote_weight is 1.5"),
        ({"averaging": 1.0}, "averaging is 1.0"),
    ],
)
def test_values_that_cannot_be_trained_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tiny_config(**changes)


def test_a_file_without_a_configuration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.py"
    path.write_text("CONFIG = 3\n")
    with pytest.raises(ValueError, match="must define CONFIG, a TrainingConfig; found 3"):
        load_config(str(path))


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no configuration 'vgg'; known: compact"):
        load_config("vgg")


def test_an_unknown_architecture_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown architecture 'vgg'; known: compact"):
        build("vgg")
