"""Let an exported model be served in int8: python -m training.int8 FOLDER [--data FOLDER]

Equalises its channels, rounds its kernels and finds between which values its inputs lie, by faces
of PublicTest without their labels; then measures it anew as TensorFlow and, in int8, as OpenVINO
compute it. The folder is changed only where int8 loses no more of PrivateTest's accuracy than is
worth its speed, and where its reference answers are still near TensorFlow's.
"""

import argparse
import json
import shutil
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.manifest import FILE as MANIFEST
from inference.manifest import Manifest, ModelError, read_manifest
from inference.network import load_network
from inference.preprocessing import PREPROCESSINGS
from inference.runtimes.compiled import compiled_model
from inference.runtimes.int8 import FILE, LEVELS, rounded_inputs
from inference.runtimes.on_openvino import DEVICE, ROUNDED, OpenVino
from inference.runtimes.on_tensorflow import TensorFlow, require_tensorflow
from inference.runtimes.silent import openvino
from training.card import model_card
from training.config import Data
from training.datasets import Faces, read_fer2013
from training.equalisation import equalise_channels
from training.export import figures, write_manifest, write_network
from training.measuring import evaluate
from training.metrics import Scores
from training.reference import add_reference
from training.rounding import round_kernels
from training.workspace import DATA

MOST_LOST: Final = 0.003
"""Of PrivateTest's accuracy."""
ROUNDED_BY: Final = 1000
"""Faces that kernels are rounded by."""
RANGED_BY: Final = 500
"""Faces that ranges are found by."""
SHARE: Final = 0.8
"""Of the greatest value of all these faces: a few that are cut cost less than wider steps."""


def add_int8(folder: Path, validation: Faces, testing: Faces) -> Scores:
    """Change a model's folder as above; returns its scores in int8 on testing (PrivateTest).

    Raises ModelError for a model that cannot be used, has it already, or would lose too much.
    """
    require_tensorflow(str(folder))
    manifest, network = load_network(folder)
    if FILE in manifest.files:
        raise ModelError(f"{folder} has {FILE} already, so its kernels are rounded.")
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))
    before = content["measured"]["PrivateTest"]["accuracy"]
    prepare = PREPROCESSINGS[manifest.preprocessing].prepare
    pixels = prepare(some(validation, ROUNDED_BY))
    equalise_channels(network, pixels)
    round_kernels(network, pixels)
    with tempfile.TemporaryDirectory(prefix=".int8-", dir=folder.parent) as temporary:
        draft = Path(temporary) / folder.name
        shutil.copytree(folder, draft)
        content["files"] = write_network(network, draft)
        _measure(draft, content, validation, testing)
        _add_ranges(draft, content, pixels[:: ROUNDED_BY // RANGED_BY])
        served = OpenVino(Path(temporary) / "compiled").emotion_model(draft)
        if served.precision != ROUNDED:
            raise ModelError(f"{folder} answers too differently in int8; it was left as it is.")
        scores = evaluate(served, testing)
        if before - scores.accuracy > MOST_LOST:
            raise ModelError(
                f"{folder} has an accuracy of {scores.accuracy:.4f} in int8 and of {before:.4f} "
                f"without; {MOST_LOST} may be lost, so it was left as it is."
            )
        content["int8"] = {"PrivateTest": figures(scores)}
        content["command"] += f" && python -m training.int8 models/{manifest.name}"
        write_manifest(draft, content)
        (draft / "MODEL_CARD.md").write_text(model_card(content), encoding="utf-8")
        shutil.rmtree(folder)
        draft.rename(folder)
    return scores


def some(faces: Faces, count: int) -> NDArray[np.uint8]:
    """So many of the images, evenly from all."""
    return faces.images[:: max(1, len(faces) // count)][:count]


def find_ranges(
    manifest: Manifest, compiled: Path, pixels: NDArray[np.float32]
) -> NDArray[np.float32]:
    """(N, 2): between which values the network's rounded inputs are, for prepared faces.

    compiled: the folder for models that are made for OpenVINO.
    """
    core = openvino.Core()
    network = core.read_model(compiled_model(manifest, compiled))
    sources = [each.get_source_output() for each in rounded_inputs(network)]
    outputs = network.add_outputs(list(dict.fromkeys(sources)))
    network = core.compile_model(network, DEVICE, {"INFERENCE_PRECISION_HINT": "f32"})
    least, most = (np.zeros(len(outputs)) for _ in range(2))
    for face in pixels:
        found = network(face[None])
        values = [np.asarray(found[number + 1]) for number in range(len(outputs))]
        least = np.minimum(least, [value.min() for value in values])
        most = np.maximum(most, [np.abs(value).max() for value in values])
    places = [list(dict.fromkeys(sources)).index(source) for source in sources]
    high = SHARE * most[places]
    # A whole step at 0 in either case; a range with two signs has one step more below it.
    low = np.where(least[places] < 0, -high * LEVELS / (LEVELS - 2), 0.0)
    return np.stack([low, high], axis=1).astype(np.float32)


def _measure(draft: Path, content: dict[str, Any], validation: Faces, testing: Faces) -> None:
    write_manifest(draft, content)
    served = TensorFlow().emotion_model(draft)
    for split, faces in (("PublicTest", validation), ("PrivateTest", testing)):
        content["measured"][split] = figures(evaluate(served, faces))
    write_manifest(draft, content)
    add_reference(draft)
    content["files"] = json.loads((draft / MANIFEST).read_text("utf-8"))["files"]


def _add_ranges(draft: Path, content: dict[str, Any], pixels: NDArray[np.float32]) -> None:
    ranges = find_ranges(read_manifest(draft), draft.parent / "compiled", pixels)
    np.savez(draft / FILE, ranges=ranges)
    content["files"][FILE] = sha256((draft / FILE).read_bytes()).hexdigest()
    write_manifest(draft, content)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m training.int8", description=__doc__.splitlines()[0]
    )
    parser.add_argument("folder", type=Path, help="an exported model")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with the data")
    options = parser.parse_args(arguments)
    try:
        manifest = read_manifest(options.folder)
        archive = options.data / Data().testing
        validation, testing = (
            read_fer2013(archive, split, manifest.size, manifest.channels)
            for split in ("PublicTest", "PrivateTest")
        )
        scores = add_int8(options.folder, validation, testing)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{options.folder} in int8: PrivateTest accuracy {scores.accuracy:.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
