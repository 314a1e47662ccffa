import dataclasses
from typing import Any

import numpy as np
import pytest

from tests.generated_faces import tiny_config
from training.beginnings import DLIB, VGGFACE2, Finished, Grown
from training.config import Data, Phase, Stage
from training.datasets import Source
from training.network import channels_of, look_at, preprocessing_of

TEACHER = tiny_config("teacher")
FER_CNN: dict[str, Any] = {"architecture": "fer_cnn", "widths": (), "blocks": ()}
FINE_TUNING: dict[str, Any] = {
    "architecture": "vggface2_resnet50",
    "widths": (),
    "blocks": (),
    "beginning": VGGFACE2,
    "frozen_epochs": 1,
    "fine_tuning_rate": 0.01,
}


def test_sizes_follow_the_stages() -> None:
    config = tiny_config(epochs=3)
    assert [config.stage_at(epoch).size for epoch in range(3)] == [32, 32, 48]
    assert (config.epochs, config.size) == (3, 48)
    with pytest.raises(ValueError, match="epoch 3 is beyond"):
        config.stage_at(3)


def test_every_value_counts_in_the_fingerprint() -> None:
    config = tiny_config()
    assert config.fingerprint() == tiny_config().fingerprint()
    changed = dataclasses.replace(
        config, augmentation=dataclasses.replace(config.augmentation, erase=0.9)
    )
    assert changed.fingerprint() != config.fingerprint()


def test_a_change_of_an_earlier_step_changes_the_fingerprint() -> None:
    one, other = (tiny_config("later", beginning=Finished(tiny_config(seed=n))) for n in (1, 2))
    assert one.fingerprint() != other.fingerprint()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"stages": ()}, "at least one epoch"),
        ({"stages": (Stage(epochs=2, size=16),)}, "at least 32 pixels"),
        ({"stages": (Stage(2, 48), Stage(2, 48, restart=0.0))}, "restart must be above 0"),
        ({"warmup_epochs": 3}, "less than the 3 epochs"),
        ({"data": Data(vote_weight=1.5)}, "vote_weight is 1.5"),
        ({"bias_votes": -0.1}, "bias_votes is -0.1"),
        ({"averaging": 1.0}, "averaging is 1.0"),
        ({"label_smoothing": -0.1}, "label_smoothing is -0.1"),
        ({"patience": 0}, "patience is 0"),
        ({"data": Data(balance="even")}, "'even'; expected one of none, weights, sampling"),
        ({"optimizer": "adagrad"}, "'adagrad'; expected one of sgd, adam"),
        ({"architecture": "vgg"}, "unknown architecture 'vgg'"),
        ({"architecture": "fer_cnn"}, "fer_cnn has no blocks, widths"),
        ({**FER_CNN, "stages": (Stage(epochs=2, size=64),)}, "fer_cnn takes 48 pixels alone"),
        ({"teachers": (TEACHER,)}, "teachers need a weight above 0"),
        ({"teacher_weight": 0.5}, "a weight needs teachers"),
        ({"teachers": (TEACHER,), "teacher_weight": 1.5}, "teacher_weight is 1.5"),
        ({"views": -1}, "views is -1; expected 0 or more"),
        ({"views": 1}, "views need a single stage"),
        (
            {
                "views": 1,
                "stages": (Stage(epochs=2, size=48),),
                "teachers": (TEACHER,),
                "teacher_weight": 0.5,
            },
            "teachers_mirrored must be True",
        ),
        ({"preprocessing": "vgg"}, "'vgg'; expected one of levelled, standardise, vggface2"),
        ({"precision": "float16"}, "'float16'; expected one of float32, mixed_bfloat16"),
        ({"beginning": VGGFACE2}, "compact cannot begin with VGGFace2 ResNet-50 as published"),
        ({"beginning": Grown(TEACHER)}, "compact cannot begin with a network grown from teacher"),
        (
            {**FER_CNN, "stages": (Stage(2, 48),), "beginning": Finished(TEACHER)},
            "fer_cnn cannot begin with teacher",
        ),
        ({"frozen_epochs": 1}, "other trainings have neither"),
        ({**FINE_TUNING, "fine_tuning_rate": 0.0}, "both must be above 0"),
        ({**FINE_TUNING, "frozen_epochs": 0, "fine_tuning_rate": 0.0}, "frozen_epochs is 0 of 3"),
        ({"beginning": DLIB, "frozen_epochs": 1, "fine_tuning_rate": 0.01}, "begin.* with dlib"),
        ({**FINE_TUNING, "frozen_epochs": 3}, "frozen_epochs is 3 of 3"),
        ({**FINE_TUNING, "warmup_epochs": 1.0}, "less than the 1 epochs"),
    ],
)
def test_values_that_cannot_be_trained_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tiny_config(**changes)


def test_a_configuration_may_name_another_preprocessing_than_its_architectures() -> None:
    given: dict[str, Any] = {"architecture": "vggface2_resnet50", "widths": (), "blocks": ()}
    published = tiny_config(**given)
    assert (preprocessing_of(published), channels_of(published)) == ("vggface2", 3)
    levelled = tiny_config(**given, preprocessing="levelled")
    assert (preprocessing_of(levelled), channels_of(levelled)) == ("levelled", 1)
    grey = np.zeros((2, 32, 32, 1), np.uint8)
    assert look_at(levelled, 32).prepare(grey).shape == (2, 32, 32, 3)


def test_a_fine_tuning_has_two_phases() -> None:
    config = tiny_config(**FINE_TUNING)
    assert config.phases == (
        Phase(first=0, epochs=1, learning_rate=0.1, frozen=True),
        Phase(first=1, epochs=2, learning_rate=0.01, frozen=False),
    )
    assert [config.phase_at(epoch).frozen for epoch in range(3)] == [True, False, False]


def test_a_restart_begins_a_schedule_of_its_own() -> None:
    stages = (Stage(2, 32), Stage(1, 48), Stage(2, 48, restart=0.05), Stage(1, 48))
    assert tiny_config(stages=stages).phases == (
        Phase(first=0, epochs=3, learning_rate=0.1, frozen=False),
        Phase(first=3, epochs=3, learning_rate=0.05, frozen=False),
    )


def test_a_training_from_scratch_has_one_phase() -> None:
    assert tiny_config().phases == (Phase(0, 3, learning_rate=0.1, frozen=False),)


def test_a_source_of_an_unknown_kind_or_emotion_is_refused() -> None:
    with pytest.raises(ValueError, match="affectnet, fer2013, folders; got 'rafdb'"):
        Source("rafdb", "faces")
    with pytest.raises(ValueError, match=r"got \('contempt',\)"):
        Source("fer2013", "faces", emotions=("contempt",))
