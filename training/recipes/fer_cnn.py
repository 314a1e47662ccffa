"""The plain network that many FER2013 projects train, at their 48 pixels, taught by a compact.

Command:  python -m training.train fer_cnn
Measured: FER2013 PrivateTest (3,573 faces, one look each) accuracy 0.626, macro F1 0.553,
          expected calibration error 0.021; FER+ majority 0.741; PublicTest accuracy 0.621.
          4,478,727 parameters, of which 4,474,759 are trainable; 18 epochs in 211 minutes
          after the teacher's (2026-11-22, torch, two slow cores that other work used too). The
          projects that train it state 60 % of PrivateTest and more.
"""

from training.augmentation import Augmentation
from training.config import Stage, TrainingConfig
from training.recipe import Recipe
from training.recipes.compact import BASE, TAUGHT

FER_CNN = TrainingConfig(
    name="fer_cnn",
    title="Plain convolutional network",
    architecture="fer_cnn",
    # The dense layers fix the size, so that no epochs at smaller pictures come first. An epoch
    # takes ten minutes on two cores, so there are few, with a teacher and mild changes. After
    # nine it was still right for less than .61 of them, hence nine more with milder ones.
    teachers=(TAUGHT,),
    teacher_weight=0.5,
    stages=(
        Stage(epochs=9, size=48),
        Stage(
            epochs=9,
            size=48,
            restart=0.04,
            augmentation=Augmentation(flip=0.5, rotation=5.0, scale=0.05, shift=0.04, erase=0.0),
        ),
    ),
    learning_rate=0.05,
    augmentation=Augmentation(
        flip=0.5, rotation=8.0, scale=0.08, shift=0.06, erase=0.2, erase_area=0.1
    ),
)

RECIPE = Recipe((BASE, TAUGHT, FER_CNN))
