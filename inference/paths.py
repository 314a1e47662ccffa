"""Where models and the face detector's file are, for programs that run without Django."""

import os
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[1]
MODELS_DIR: Final = Path(os.environ.get("MODELS_DIR") or REPOSITORY / "models").expanduser()
YUNET_FILE: Final = "face_detection_yunet_2023mar.onnx"


def yunet_path() -> Path | None:
    """YUNET_PATH of the environment, else DATA_DIR/models/<YUNET_FILE> where that is there."""
    given = os.environ.get("YUNET_PATH")
    if given:
        return Path(given).expanduser()
    data = Path(os.environ.get("DATA_DIR") or REPOSITORY / "data").expanduser()
    default = data / "models" / YUNET_FILE
    return default if default.is_file() else None
