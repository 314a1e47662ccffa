"""A second vggface2_resnet50: grown from a sprout that today's compact taught, then trained on.

Command:  python -m training.train training/experiments/resnet_again.py --models runs/models

The shipped one was taught by compact's first training. This one's teacher has five trainings more,
answers for the mirror image as well, and is also asked about mixed faces; and some of the
faces are as webcams show them, for which a teacher answers as if they were not.
Measured: PrivateTest .679, FER+ majority .780, calibration error .021 (2026-11-27; AVX-512 with
bfloat16, 82 s an epoch of the sprout and 13 min of the ResNet-50). The shipped one has .696, .777.
"""

from dataclasses import replace

from training.augmentation import Augmentation
from training.beginnings import FirstBlocks, Grown
from training.config import Data, Stage, TrainingConfig
from training.recipe import Recipe
from training.recipes.compact import COMPACT
from training.recipes.compact import RECIPE as OF_COMPACT

SEEN = Augmentation(
    flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2, mix=0.5, corrupt=0.2
)

SPROUT = TrainingConfig(
    name="sprout_again",
    title="Second sprout of the VGGFace2 ResNet-50",
    architecture="sprout",
    precision="mixed_bfloat16",
    beginning=FirstBlocks(COMPACT),
    teachers=(COMPACT,),
    teachers_mirrored=True,
    teacher_weight=0.75,
    data=Data(vote_weight=0.5),
    views=6,
    stages=(Stage(epochs=26, size=96),),
    learning_rate=0.04,
    warmup_epochs=0.5,
    augmentation=SEEN,
)

RESNET = TrainingConfig(
    name="resnet_again",
    title="VGGFace2's ResNet-50, weights of our own",
    architecture="vggface2_resnet50",
    precision="mixed_bfloat16",
    beginning=Grown(SPROUT),
    preprocessing="levelled",
    teachers=(COMPACT,),
    teachers_mirrored=True,
    teacher_weight=0.75,
    data=Data(vote_weight=0.5),
    stages=(Stage(epochs=5, size=96),),
    batch_size=64,
    warmup_epochs=0.1,
    frozen_epochs=1,
    learning_rate=0.02,
    fine_tuning_rate=0.003,
    augmentation=replace(SEEN, mix=0.0),
)

RECIPE = Recipe((*OF_COMPACT.steps, SPROUT, RESNET))
