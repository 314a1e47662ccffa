"""Where models are, and what computes them, for programs that run without Django."""

import os
from pathlib import Path
from typing import Final

REPOSITORY: Final = Path(__file__).resolve().parents[1]
MODELS_DIR: Final = Path(os.environ.get("MODELS_DIR") or REPOSITORY / "models").expanduser()
COMPILED: Final = "compiled"
"""The folder in DATA_DIR of the models that are made once for this site."""


def compiled_dir() -> Path:
    """The same, where DATA_DIR of the environment is."""
    return Path(os.environ.get("DATA_DIR") or REPOSITORY / "data").expanduser() / COMPILED
