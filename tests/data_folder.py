"""Keeps tests out of the user's data: named in pyproject.toml, so that it runs before settings."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="engagement-tests-"))
# WhiteNoise warns of a folder that is not there.
(Path(os.environ["DATA_DIR"]) / "static").mkdir(parents=True, exist_ok=True)
# What OpenVINO's models are made from takes seconds: servers that tests start share them.
COMPILED = Path(os.environ["DATA_DIR"]) / "compiled"
COMPILED.mkdir(exist_ok=True)
