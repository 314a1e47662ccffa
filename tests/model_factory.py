"""Small untrained models in the artefact's format, for tests that need a model's form only."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from inference.analysis import Options
from inference.labels import EMOTIONS
from inference.preprocessing import PREPROCESSINGS
from inference.reference import reference_faces, write_reference
from tests.data_folder import COMPILED

SIZE = 24


def write_model(folder: Path, channels: int = 1, network: Any = None, **changes: Any) -> Path:
    """Write a model with random weights into a new folder; changes go into its manifest.

    channels: 1 for a model of standardised grey faces, 3 for one of colour faces. network:
    another Keras model than a tiny one.
    """
    network = network or _tiny(channels)
    folder.mkdir(parents=True)
    (folder / "model.json").write_text(network.to_json())
    write_weights(
        folder,
        {
            v.path: v.numpy().astype(np.float16 if len(v.shape) > 1 else np.float32)
            for v in network.weights
        },
    )
    manifest = {
        "format": 1,
        "name": folder.name,
        "title": "Tiny, untrained",
        "architecture": "tiny",
        "created": "2026-11-21",
        "labels": list(EMOTIONS),
        "input": {
            "size": SIZE,
            "channels": channels,
            "preprocessing": "standardise" if channels == 1 else "vggface2",
        },
        "temperature": 1.0,
        "files": {},
        "initial_weights": "scratch",
        "data": "none",
        "parameters": network.count_params(),
        "measured": {},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    change_manifest(folder, **changes)
    refer(folder, network)
    sign(folder)
    change_manifest(folder, **changes)
    return folder


def refer(folder: Path, network: Any) -> None:
    """Keep what the network, as its manifest has it, says of the reference faces."""
    manifest = json.loads((folder / "manifest.json").read_text())
    given = manifest["input"]
    faces = reference_faces(given["size"], given["channels"])
    try:
        logits = np.asarray(network(PREPROCESSINGS[given["preprocessing"]].prepare(faces)))
    except (KeyError, ValueError):
        return  # a manifest that does not fit its network
    powers = np.exp(logits / manifest["temperature"])
    write_reference(folder, faces, powers / powers.sum(axis=1, keepdims=True))


def make_options(models_dir: Path, model: str | None, detector: str = "haar") -> Options:
    """What is served, as by default but for the detector, which is Haar: no file is needed."""
    return Options(models_dir, model, detector, "openvino", COMPILED, 300_000, 1_000_000)


def write_weights(folder: Path, arrays: dict[str, Any]) -> None:
    """Replace weights.npz by these arrays."""
    np.savez(folder / "weights.npz", **arrays)


def change_manifest(folder: Path, **changes: Any) -> None:
    """Replace top-level fields of the manifest."""
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def sign(folder: Path) -> None:
    """Make the manifest agree with the files as they now are."""
    change_manifest(
        folder,
        files={
            name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in ("model.json", "weights.npz", "reference.npz", "int8.npz")
            if (folder / name).exists()
        },
    )


def residual_network(channels: int = 1) -> Any:
    """Two convolutions beside a third, summed, as a ResNet has them; weights that are no zeros."""
    import keras
    from keras import layers

    def convolution(x: Any, kernel: int, name: str) -> Any:
        x = layers.Conv2D(12, kernel, padding="same", use_bias=False, name=name)(x)
        return layers.BatchNormalization(name=f"{name}_norm")(x)

    keras.utils.set_random_seed(11)
    face = keras.Input((None, None, channels), name="face")
    x = layers.Activation("relu")(convolution(face, 3, "stem"))
    y = layers.Activation("relu")(convolution(x, 3, "first"))
    x = layers.Add()([convolution(y, 1, "second"), convolution(x, 1, "beside")])
    x = layers.GlobalAveragePooling2D()(layers.Activation("relu")(x))
    x = layers.Dense(8, activation="relu", name="head")(x)
    network = keras.Model(face, layers.Dense(len(EMOTIONS), name="logits")(x), name="residual")
    rng = np.random.default_rng(3)
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.gamma.assign(rng.uniform(0.2, 4, 12))
            layer.beta.assign(rng.normal(0, 0.5, 12))
    return network


def _tiny(channels: int) -> Any:
    import keras
    from keras import layers

    keras.utils.set_random_seed(7)
    face = keras.Input((None, None, channels), name="face")
    x = layers.Conv2D(4, 3, strides=2, use_bias=False, name="conv")(face)
    x = layers.BatchNormalization(name="norm")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(layers.Activation("relu", name="relu")(x))
    x = layers.Dropout(0.5, name="dropout")(x)
    return keras.Model(face, layers.Dense(len(EMOTIONS), name="logits")(x), name="tiny")
