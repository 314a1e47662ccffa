"""A network trained as it is and with fused normalisation: python -m tests.fused_training FILE"""

import sys
from pathlib import Path

import keras
import numpy as np

from training.architectures import build
from training.fused import fuse_normalisation


def train_both(target: Path) -> None:
    """Write the weights of the plain network, then those of the fused one, as one .npz file."""
    keras.utils.set_random_seed(1)
    plain = build("compact", widths=(8, 8, 8, 16), blocks=(1, 1, 1, 1), dropout=0.0)
    fused = fuse_normalisation(plain)
    assert fused is not plain
    faces = np.random.default_rng(0).normal(size=(32, 48, 48, 1)).astype("float32")
    targets = np.eye(7, dtype="float32")[np.arange(32) % 7]
    for model in (plain, fused):
        loss = keras.losses.CategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(0.05), loss)
        for _ in range(3):
            model.train_on_batch(faces, targets)
    np.savez(target, *plain.get_weights(), *fused.get_weights())


if __name__ == "__main__":
    train_both(Path(sys.argv[1]))
