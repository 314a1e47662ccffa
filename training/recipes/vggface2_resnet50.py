"""ResNet-50 in VGGFace2's published topology with weights of our own, grown and taught.

Command:  python -m training.train vggface2_resnet50
          python -m training.int8 models/vggface2_resnet50
Measured: FER2013 PrivateTest (3,573 faces, each given to it once) accuracy 0.679, macro F1 0.646,
          expected calibration error 0.021; FER+ majority 0.780; PublicTest accuracy 0.663;
          corrupted PrivateTest 0.604 on average. 25,666,503 parameters; after compact the sprout
          took 200 minutes and the rest 75 (2026-11-27, TensorFlow, AVX-512 with bfloat16). All of
          it before the second command; docs/experiments.md has the figures after it.
"""

from dataclasses import replace

from training.beginnings import FirstBlocks, Grown
from training.config import Data, Stage, TrainingConfig
from training.recipe import Recipe
from training.recipes.compact import COMPACT, MILD
from training.recipes.compact import RECIPE as OF_COMPACT

# Some faces as webcams show them, for which the teacher answers as if they were not.
SEEN = replace(MILD, corrupt=0.2)

# Quicker to train than the large network. PublicTest accuracy 0.653.
SPROUT = TrainingConfig(
    name="sprout",
    title="Sprout of the VGGFace2 ResNet-50",
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
    augmentation=replace(SEEN, mix=0.5),
)

RESNET = TrainingConfig(
    name="vggface2_resnet50",
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
    augmentation=SEEN,
)

RECIPE = Recipe((*OF_COMPACT.steps, SPROUT, RESNET))
