"""The plain network that many FER2013 projects train, as they do: 48 pixels, from scratch.

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
    # The dense layers fix the size, so that no epochs at smaller pictures come first.
    stages=(Stage(epochs=30, size=48),),
    learning_rate=0.05,
    label_smoothing=0.05,
    patience=8,
    augmentation=Augmentation(
        flip=0.5, rotation=10.0, scale=0.1, shift=0.1, erase=0.25, erase_area=0.15
    ),
)
