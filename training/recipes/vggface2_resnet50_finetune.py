"""VGGFace2's ResNet-50, fine-tuned on FER2013: first its new head alone, then all of it.

Command:  python -m training.train vggface2_resnet50_finetune
          It fetches the file (non-commercial research only), or takes it with --backbone. Meant
          for a GPU; `make vggface2` trains, measures and serves it.
Measured: not measured yet. 25,666,503 parameters, of which 23,561,152 begin as published.
"""

from training.augmentation import Augmentation
from training.beginnings import VGGFACE2
from training.config import Stage, TrainingConfig
from training.recipe import Recipe

FINETUNE = TrainingConfig(
    name="vggface2_resnet50_finetune",
    title="VGGFace2 ResNet-50, fine-tuned",
    architecture="vggface2_resnet50",
    beginning=VGGFACE2,
    # Two thirds of the published 224 pixels: FER2013's faces have 48, and it costs half.
    stages=(Stage(epochs=24, size=160),),
    batch_size=64,
    frozen_epochs=4,
    learning_rate=0.02,
    fine_tuning_rate=0.005,
    label_smoothing=0.05,
    patience=8,
    augmentation=Augmentation(
        flip=0.5,
        rotation=15.0,
        scale=0.15,
        shift=0.1,
        erase=0.25,
        erase_area=0.2,
        brightness=0.15,
        contrast=0.25,
    ),
)

RECIPE = Recipe((FINETUNE,))
