"""The first training of compact: dlib's face recognition network, fine-tuned on FER2013 and FER+.

Command:  KERAS_BACKEND=torch python -m training.train compact_base \\
              --backbone data/models/dlib_face_recognition_resnet_model_v1.dat
          (`manage.py fetch_models dlib_face` gets the file, which is in the public domain)
Measured: FER2013 PrivateTest (3,573 faces, one look each) accuracy 0.699, macro F1 0.676,
          expected calibration error 0.016; FER+ majority 0.770; PublicTest accuracy 0.695.
          4,403,367 parameters, 58 epochs in 204 minutes (2026-11-21, torch, two slow cores that
          other work used too).
"""

from training.augmentation import Augmentation
from training.config import Stage, TrainingConfig

CONFIG = TrainingConfig(
    name="compact_base",
    title="Compact residual network, first training",
    architecture="compact",
    initial_weights="dlib",
    stages=(
        # Small pictures first: they cost half as much and teach the coarse features as well.
        Stage(epochs=8, size=36),
        Stage(epochs=20, size=48),
        # The first cycle ended with little between its training and its PublicTest accuracy, so
        # the second changes the faces less.
        Stage(
            epochs=30,
            size=48,
            restart=0.05,
            augmentation=Augmentation(
                flip=0.5, rotation=10.0, scale=0.1, shift=0.08, erase=0.25, erase_area=0.2
            ),
        ),
    ),
    learning_rate=0.06,
    warmup_epochs=0.5,
    # Keras decays apart from the momentum of .9, which makes this the 5e-4 of the usual form.
    weight_decay=5e-3,
    augmentation=Augmentation(
        flip=0.5, rotation=15.0, scale=0.15, shift=0.1, erase=0.4, erase_area=0.2
    ),
)
