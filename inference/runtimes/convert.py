"""A model's folder to a file for OpenVINO: python -m inference.runtimes.convert FOLDER FILE.xml"""

import sys
from pathlib import Path

from inference.manifest import ModelError
from inference.network import load_network
from inference.runtimes.on_tensorflow import TracedNetwork
from inference.runtimes.silent import openvino


def convert(folder: Path, target: Path) -> None:
    """Write the network with its softmax, weights in half precision. Raises ModelError."""
    traced = TracedNetwork(*load_network(folder))
    try:
        network = openvino.convert_model(traced.function.get_concrete_function())
    except Exception as error:  # of any kind, from TensorFlow and from OpenVINO
        raise ModelError(f"{folder} cannot be converted for OpenVINO: {error}") from error
    openvino.save_model(network, target)


def main(arguments: list[str]) -> int:
    folder, target = map(Path, arguments)
    try:
        convert(folder, target)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
