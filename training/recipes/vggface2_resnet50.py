"""ResNet-50 in VGGFace2's published topology with weights of our own, grown and taught.

Command:  python -m training.train vggface2_resnet50
Measured: FER2013 PrivateTest (3,573 faces, each given to it once) accuracy 0.696, macro F1 0.670,
          expected calibration error 0.019; FER+ majority 0.777; PublicTest accuracy 0.673.
          25,666,503 parameters; after compact's first step the sprout took 198 minutes and the
          rest 53 (2026-11-21 and 22, torch, two slow cores that other work used too).
"""

from training.augmentation import Augmentation
from training.beginnings import FirstBlocks, Grown
from training.config import Stage, TrainingConfig
from training.recipe import Recipe
from training.recipes.compact import BASE, MILD

# Quicker to train than the large network. PublicTest accuracy 0.681. The shipped model's sprout
# saw VGGFace2's preprocessing in its first 22 epochs, and its teacher saw the unchanged faces.
SPROUT = TrainingConfig(
    name="sprout",
    title="Sprout of the VGGFace2 ResNet-50",
    architecture="sprout",
    beginning=FirstBlocks(BASE),
    teachers=(BASE,),
    teacher_weight=0.5,
    stages=(
        Stage(epochs=4, size=72),
        Stage(epochs=18, size=96),
        # The first cycle left 28 % of the training faces wrong; compact gained most in its second.
        Stage(epochs=24, size=96, restart=0.05, augmentation=MILD),
    ),
    learning_rate=0.04,
    warmup_epochs=0.5,
    augmentation=Augmentation(
        flip=0.5, rotation=12.0, scale=0.12, shift=0.08, erase=0.25, erase_area=0.2
    ),
)

RESNET = TrainingConfig(
    name="vggface2_resnet50",
    title="VGGFace2's ResNet-50, weights of our own",
    architecture="vggface2_resnet50",
    beginning=Grown(SPROUT),
    preprocessing="levelled",
    teachers=(BASE,),
    teacher_weight=0.5,
    stages=(Stage(epochs=3, size=96),),
    batch_size=64,
    warmup_epochs=0.1,
    frozen_epochs=1,
    learning_rate=0.02,
    fine_tuning_rate=0.001,
    augmentation=MILD,
)

RECIPE = Recipe((BASE, SPROUT, RESNET))
