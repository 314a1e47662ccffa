"""Keeps tests out of the user's data: named in pyproject.toml, so that it runs before settings."""

import os
import tempfile

os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="engagement-tests-"))
