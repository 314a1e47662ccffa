"""Where models and the face detector's file are, for programs that run without Django."""

import os
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[1]
MODELS_DIR: Final = Path(os.environ.get("MODELS_DIR") or REPOSITORY / "models").expanduser()
YUNET_FILE: Final = "face_detection_yunet_2023mar.onnx"


def yunet_path() -> Path:
    """YUNET_PATH of the environment, or DATA_DIR/models/<YUNET_FILE>; it need not exist."""
    given = os.environ.get("YUNET_PATH")
    if given:
        return Path(given).expanduser()
    data = Path(os.environ.get("DATA_DIR") or REPOSITORY / "data").expanduser()
    return data / "models" / YUNET_FILE
