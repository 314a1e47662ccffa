"""As compact_third but slower, averaged with it and with what both began with.

Command:  MODELS_DIR=runs/models python -m training.train compact_mean \\
              --backbone runs/models/compact_taught
          (docs/training.md has the commands before it)
Measured: FER2013 PrivateTest (3,573 faces, one look each) accuracy 0.6997, macro F1 0.672,
          expected calibration error 0.017; FER+ majority 0.791; PublicTest accuracy 0.693.
          4,403,367 parameters, 18 epochs in 35 minutes (2026-11-23, processor with AMX), after
          the 14 of compact_third and all of compact_taught's.
"""

from training.augmentation import Augmentation
from training.config import Data, Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="compact_mean",
    title="Compact residual network, the mean of three",
    architecture="compact",
    initial_weights="compact_taught",
    teachers=("compact_base", "compact_second"),
    teachers_mirrored=True,
    teacher_weight=0.9,
    views=6,
    averaged_with=("compact_taught", "compact_third"),
    dropout=0.0,
    weight_decay=5e-4,
    data=Data(vote_weight=0.5),
    precision="mixed_bfloat16",
    stages=(Stage(epochs=18, size=48),),
    learning_rate=0.015,
    warmup_epochs=0.5,
    augmentation=Augmentation(
        flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2, mix=0.5
    ),
)
