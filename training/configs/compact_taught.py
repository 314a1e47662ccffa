"""What compact_base became, trained on with its own mirrored answers.

Command:  KERAS_BACKEND=torch python -m training.train compact_taught \\
              --backbone runs/models/compact_base
          (with MODELS_DIR=runs/models, where its teacher is; docs/training.md has the commands
          before it)
Measured: FER2013 PrivateTest (3,573 faces, one look each) accuracy 0.702, macro F1 0.679,
          expected calibration error 0.020; FER+ majority 0.783; PublicTest accuracy 0.693.
          4,403,367 parameters, 10 epochs in 65 minutes (2026-11-22, torch, two slow cores),
          after the 58 epochs of compact_base.
"""

from training.augmentation import Augmentation
from training.config import Data, Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="compact_taught",
    title="Compact residual network, taught by its own answers",
    architecture="compact",
    initial_weights="compact_base",
    # The mean of what a model says of a face and of its mirror image is right more often than
    # either alone; this teaches the model to say that of one look.
    teachers=("compact_base",),
    teachers_mirrored=True,
    teacher_weight=0.75,
    # A little more of the votes than the teacher learned from: of its answers and the rest
    # together they are .42.
    data=Data(vote_weight=0.5),
    stages=(Stage(epochs=10, size=48),),
    learning_rate=0.03,
    warmup_epochs=0.25,
    augmentation=Augmentation(
        flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2, mix=0.5
    ),
)
