"""The plain network that many FER2013 projects train, at their 48 pixels, taught by compact.

Command:  python -m training.train fer_cnn
Measured: FER2013 PrivateTest (3,573 faces, each given to it once) accuracy 0.605, macro F1 0.518,
          expected calibration error 0.024; FER+ majority 0.728; PublicTest accuracy 0.598.
          4,478,727 parameters; its own 12 epochs took 159 minutes (2026-11-26, AMX, beside other
          work; 4 minutes an epoch alone). It still learns when it ends: 18 epochs had 0.626.
"""

from training.augmentation import Augmentation
from training.config import Stage, TrainingConfig
from training.recipe import Recipe
from training.recipes.compact import COMPACT
from training.recipes.compact import RECIPE as OF_COMPACT

FER_CNN = TrainingConfig(
    name="fer_cnn",
    title="Plain convolutional network",
    architecture="fer_cnn",
    # The dense layers fix the size, so that no epochs at smaller pictures come first.
    teachers=(COMPACT,),
    teachers_mirrored=True,
    teacher_weight=0.5,
    precision="mixed_bfloat16",
    stages=(
        Stage(epochs=7, size=48),
        Stage(
            epochs=5,
            size=48,
            restart=0.03,
            augmentation=Augmentation(flip=0.5, rotation=5.0, scale=0.05, shift=0.04, erase=0.0),
        ),
    ),
    learning_rate=0.05,
    augmentation=Augmentation(
        flip=0.5, rotation=8.0, scale=0.08, shift=0.06, erase=0.2, erase_area=0.1
    ),
)

RECIPE = Recipe((*OF_COMPACT.steps, FER_CNN))
