"""Files in the layout of the published VGGFace2 weights, with small random numbers."""

from pathlib import Path

import h5py
import numpy as np

from inference.vggface2 import Weight


def write_backbone(path: Path, layout: list[Weight], seed: int | None = None) -> Path:
    """Write a Keras 2 weights file; without a seed all zeros, which take no room on disk.

    As in the published file, layers without weights are named too.
    """
    rng = None if seed is None else np.random.default_rng(seed)
    layers = ["input_1", *dict.fromkeys(weight.layer for weight in layout), "avg_pool"]
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.encode() for layer in layers]
        for layer in layers:
            weights = [weight for weight in layout if weight.layer == layer]
            group = file.require_group(layer)
            group.attrs["weight_names"] = np.array([w.name.encode() for w in weights], "S")
            for weight in weights:
                data = group.create_dataset(weight.name, weight.shape, "f4", chunks=weight.shape)
                if rng is not None:
                    # Near what training gives, to keep activations in range.
                    centre = 1.0 if weight.name.endswith(("gamma:0", "variance:0")) else 0.0
                    data[...] = centre + 0.02 * rng.standard_normal(weight.shape, np.float32)
    return path
