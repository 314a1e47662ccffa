"""Keep TensorFlow's answers in an exported model: python -m training.reference FOLDER"""

import json
import sys
from hashlib import sha256
from pathlib import Path

from inference.manifest import FILE as MANIFEST
from inference.manifest import ModelError
from inference.reference import FILE, reference_faces, write_reference
from inference.runtimes.on_tensorflow import TensorFlow


def add_reference(folder: Path) -> None:
    """Write reference.npz into a model's folder and its sha256 into the manifest.

    Raises ModelError for a model that cannot be used.
    """
    model = TensorFlow().emotion_model(folder)
    faces = reference_faces(model.size, model.channels)
    write_reference(folder, faces, model.predict(faces))
    path = folder / MANIFEST
    manifest = json.loads(path.read_text("utf-8"))
    manifest["files"][FILE] = sha256((folder / FILE).read_bytes()).hexdigest()
    path.write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        add_reference(Path(arguments[0]))
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
