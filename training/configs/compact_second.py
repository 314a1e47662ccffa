"""Another first training of the compact network, from dlib's weights with another seed.

Command:  python -m training.train compact_second \\
              --backbone data/models/dlib_face_recognition_resnet_model_v1.dat
          (`manage.py fetch_models dlib_face` gets the file, which is in the public domain)
Measured: FER2013 PrivateTest (3,573 faces, one look each) accuracy 0.698, macro F1 0.671,
          expected calibration error 0.023; FER+ majority 0.773; PublicTest accuracy 0.682.
          4,403,367 parameters, 40 epochs in 51 minutes (2026-11-23, processor with AMX).
"""

from training.augmentation import Augmentation
from training.config import Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="compact_second",
    title="Compact residual network, second of the first trainings",
    architecture="compact",
    initial_weights="dlib",
    seed=2,
    precision="mixed_bfloat16",
    stages=(
        Stage(epochs=6, size=36),
        Stage(epochs=12, size=48),
        Stage(
            epochs=22,
            size=48,
            restart=0.05,
            augmentation=Augmentation(
                flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2
            ),
        ),
    ),
    learning_rate=0.06,
    warmup_epochs=0.5,
    weight_decay=5e-3,
    augmentation=Augmentation(
        flip=0.5, rotation=15.0, scale=0.15, shift=0.1, erase=0.4, erase_area=0.2
    ),
)
