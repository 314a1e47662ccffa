"""The plain network that many FER2013 projects train, at their 48 pixels, taught by compact.

Command:  python -m training.train fer_cnn
Measured: not measured yet. 4,478,727 parameters, of which 4,474,759 are trainable. The projects
          that train it state 60 % of PrivateTest and more.
"""

from training.augmentation import Augmentation
from training.config import Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="fer_cnn",
    title="Plain convolutional network",
    architecture="fer_cnn",
    # The dense layers fix the size, so that no epochs at smaller pictures come first. An epoch
    # takes ten minutes on two cores, so there are few, with a teacher and mild changes.
    teacher="compact",
    teacher_weight=0.5,
    stages=(Stage(epochs=12, size=48),),
    learning_rate=0.05,
    augmentation=Augmentation(
        flip=0.5, rotation=8.0, scale=0.08, shift=0.06, erase=0.2, erase_area=0.1
    ),
)
