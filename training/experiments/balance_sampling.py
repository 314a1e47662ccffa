"""What balancing rare emotions does: a short training of a small compact with each kind of it.

Command:  python -m training.train training/experiments/balance_sampling.py --models runs/models

Three trainings that differ in nothing else and do not need each other; docs/training.md says how
they are compared.
"""

from dataclasses import replace

from training.augmentation import Augmentation
from training.config import Data, Stage, TrainingConfig
from training.recipe import Recipe

NONE = TrainingConfig(
    name="balance_none",
    title="Small residual network, emotions as often as they are",
    architecture="compact",
    # Half of compact's channels, and small pictures: an epoch takes minutes without AMX, too.
    widths=(16, 32, 64, 128),
    stages=(Stage(epochs=6, size=36),),
    learning_rate=0.05,
    augmentation=Augmentation(
        flip=0.5, rotation=8.0, scale=0.08, shift=0.06, erase=0.2, erase_area=0.1
    ),
)
WEIGHTS = replace(
    NONE,
    name="balance_weights",
    title="Small residual network, a rare emotion's loss counts more",
    data=Data(balance="weights"),
)
SAMPLING = replace(
    NONE,
    name="balance_sampling",
    title="Small residual network, a rare emotion is drawn more often",
    data=Data(balance="sampling"),
)

RECIPE = Recipe((NONE, WEIGHTS, SAMPLING))
