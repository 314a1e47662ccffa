"""The same fine-tuning on a mixture: all of AffectNet, and FER2013 for what is rare in it.

Command:  python -m training.train vggface2_resnet50_mixed
          with AffectNet as the folder `affectnet` in the data folder. Meant for a GPU.
Measured: not measured yet.
"""

from dataclasses import replace

from training.config import Data
from training.datasets import Source
from training.recipe import Recipe
from training.recipes.vggface2_resnet50_finetune import FINETUNE

MIXED = replace(
    FINETUNE,
    name="vggface2_resnet50_mixed",
    title="VGGFace2 ResNet-50, fine-tuned on AffectNet and FER2013",
    data=Data(
        training=(
            Source("affectnet", "affectnet"),
            Source(
                "fer2013",
                "fer2013_train.zip",
                emotions=("angry", "disgust", "fear", "sad", "surprise"),
            ),
        ),
        balance="weights",
        # AffectNet's faces have 96 pixels; the memory for 40,000 of them is about 1 GB.
        face_size=96,
    ),
)

RECIPE = Recipe((MIXED,))
