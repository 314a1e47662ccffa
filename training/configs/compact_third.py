"""What compact_taught became, taught by two that know different things.

Command:  MODELS_DIR=runs/models python -m training.train compact_third \\
              --backbone runs/models/compact_taught
          (docs/training.md has the commands before it)
Measured: PublicTest accuracy 0.691 before a bias is fitted; of PrivateTest not measured.
          4,403,367 parameters, 14 epochs in 38 minutes (2026-11-23, processor with AMX).
"""

from training.augmentation import Augmentation
from training.config import Data, Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="compact_third",
    title="Compact residual network, a third",
    architecture="compact",
    initial_weights="compact_taught",
    # Two trainings from the same weights with other seeds are wrong about different faces, and
    # a face and its mirror image are seen differently; this teaches the mean of all to one look.
    teachers=("compact_base", "compact_second"),
    teachers_mirrored=True,
    teacher_weight=0.75,
    data=Data(vote_weight=0.5),
    precision="mixed_bfloat16",
    stages=(Stage(epochs=14, size=48),),
    learning_rate=0.04,
    warmup_epochs=0.5,
    augmentation=Augmentation(
        flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2, mix=0.5
    ),
)
