"""The small network from which vggface2_resnet50 is grown; not served itself.

Command:  KERAS_BACKEND=torch python -m training.train sprout \\
              --backbone models/compact
          then python -m training.growth sprout grown.h5
Measured: PublicTest accuracy 0.681 after 46 epochs, the last 23 of 218 to 338 seconds each
          (2026-11-21, torch, two slow cores). Its first 22 epochs saw VGGFace2's preprocessing
          and a teacher that was asked about the plain faces.
"""

from training.augmentation import Augmentation
from training.config import Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="sprout",
    title="Sprout of the VGGFace2 ResNet-50",
    architecture="sprout",
    initial_weights="compact",
    teachers=("compact",),
    teacher_weight=0.5,
    stages=(
        Stage(epochs=4, size=72),
        Stage(epochs=18, size=96),
        # The first cycle left 28 % of the training faces wrong; compact gained most in its second.
        Stage(
            epochs=24,
            size=96,
            restart=0.05,
            augmentation=Augmentation(
                flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2
            ),
        ),
    ),
    learning_rate=0.04,
    warmup_epochs=0.5,
    augmentation=Augmentation(
        flip=0.5, rotation=12.0, scale=0.12, shift=0.08, erase=0.25, erase_area=0.2
    ),
)
