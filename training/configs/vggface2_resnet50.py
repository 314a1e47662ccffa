"""ResNet-50 in VGGFace2's published topology with weights of our own, grown and distilled.

Command:  KERAS_BACKEND=torch python -m training.train vggface2_resnet50 --backbone grown.h5
          (`python -m training.growth sprout grown.h5` makes the file from a trained sprout)
Measured: FER2013 PrivateTest (3,573 faces, one look each) accuracy 0.696, macro F1 0.670,
          expected calibration error 0.019; FER+ majority 0.777; PublicTest accuracy 0.673.
          25,666,503 parameters, 3 epochs in 53 minutes (2026-11-22, torch, two slow cores).
"""

from training.augmentation import Augmentation
from training.config import Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="vggface2_resnet50",
    title="VGGFace2's ResNet-50, weights of our own",
    architecture="vggface2_resnet50",
    initial_weights="grown",
    preprocessing="levelled",
    teachers=("compact",),
    teacher_weight=0.5,
    stages=(Stage(epochs=3, size=96),),
    batch_size=64,
    warmup_epochs=0.1,
    frozen_epochs=1,
    learning_rate=0.02,
    fine_tuning_rate=0.001,
    augmentation=Augmentation(
        flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2
    ),
)
